"""Slack's side: what it sends, what may be called, and the one who calls."""
