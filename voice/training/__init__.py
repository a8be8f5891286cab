"""The recipe of the small model in `voice/model_small`: how it is made, from sentences to files."""
