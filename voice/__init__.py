"""Voice: clips that residents send, made into sound that a recogniser hears."""
