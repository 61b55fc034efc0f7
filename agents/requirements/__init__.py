"""What a repository's own files say that its code and tests import."""
