"""What stops a benchmark: a cause in one line."""


class BenchError(Exception):
    """Something that is measured did not start, train or answer."""
