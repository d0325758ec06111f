"""What stops a measurement."""


class BenchmarkError(Exception):
    """Something did not go as a measurement needs it; the words are for the person who started it."""
