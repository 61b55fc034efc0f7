"""What has to be installed besides for what few need."""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """What to type, by the folder of the code: a package index may have another package of our name."""
    return f"type `pip install '.[{extra}]'` in the folder of the bot's code, with the pip of its environment"
