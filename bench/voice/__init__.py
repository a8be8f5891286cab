"""The goals of voice that are measured: how soon it speaks, how fast, and how much it hears."""
