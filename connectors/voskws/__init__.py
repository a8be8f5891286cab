"""vosk-server: its WebSocket, for clients that speak to one already."""
