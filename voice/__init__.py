"""Voice: clips that residents send, and sessions in which they speak and are spoken to."""
