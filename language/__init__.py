"""Chinese as residents write and speak it: pure functions and small tables, no I/O."""
