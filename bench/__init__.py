"""Benchmarks: each is a command that prints a table and ends with its results as one line of JSON."""
