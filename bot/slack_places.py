"""Who we are in Slack, and what kind of channel one is."""

from __future__ import annotations

from dataclasses import dataclass

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
