"""Which reports a signal may belong to: words, vectors and exact keys."""
