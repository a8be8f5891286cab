"""Web chat: the residents' page and its WebSocket."""
