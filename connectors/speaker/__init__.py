"""Speakers: devices with a microphone in residents' homes, each a conversation of its own."""
