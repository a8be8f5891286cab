"""The open channel: the community's own apps speak to the assistant for their users."""
