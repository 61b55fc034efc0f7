"""The Slack app's manifest: `manifest.yml` at the top, which a link beside this module brings into a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("manifest.yml")


def manifest() -> dict[str, Any]:
    """The app as Slack is told of it: names, scopes, events, commands, shortcuts."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def bot_scopes() -> list[str]:
    """The scopes that the bot token must have."""
    scopes: list[str] = manifest()["oauth_config"]["scopes"]["bot"]
    return scopes
