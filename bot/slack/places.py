"""Who we are in Slack, what kind of channel one is, and what a message of ours carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.status import Visibility


@dataclass(frozen=True)
class Us:
    """Who we are in the workspace, as auth.test tells it."""

    team: str = ""
    user: str = ""
    bot: str = ""
    site: str = ""  # the workspace's address


@dataclass(frozen=True)
class Place:
    """What kind of channel one is."""

    is_member: bool
    is_shared: bool  # with another workspace
    visibility: Visibility
    is_archived: bool = False


def metadata_of(message: Mapping[str, Any]) -> object:
    """What we attached to a message."""
    return (message.get("metadata") or {}).get("event_payload")


def file_names(message: Mapping[str, Any]) -> list[str]:
    """The names of its files."""
    return [str(file.get("name")) for file in message.get("files") or []]
