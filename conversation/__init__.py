"""The laws of the conversation: inbox, ownership, queue, outbox, timers, audit, events."""
