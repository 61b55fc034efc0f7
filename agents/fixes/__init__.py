"""From an approved plan to a merged pull request."""
