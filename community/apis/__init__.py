"""What will one day be other systems: a protocol for each, and what stands in for it here."""
