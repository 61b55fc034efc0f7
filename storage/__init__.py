"""REMEMBERS: the nouns, their life, and the only way in and out of the database."""
