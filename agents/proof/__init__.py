"""The proof that a fix works, by code."""
