"""Mirrors of repositories, and a git that runs nothing of theirs."""
