"""The speaker client: a machine with a microphone and a loudspeaker in a resident's home."""
