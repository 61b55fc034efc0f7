"""The Slack app's manifest, as it lies in manifest.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

_FILE = Path(__file__).parents[2] / "manifest.yml"


def bot_scopes() -> list[str]:
    """The scopes that the bot token must have."""
    scopes: list[str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    return scopes
