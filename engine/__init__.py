"""The dialogue engine: Rasa 3.6.21 in its own environment, and what extends or trims it."""
