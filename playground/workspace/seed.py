"""What a workspace holds before anybody has said a word, and how strict it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERY_SCOPE = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
)
EVERY_EVENT = (
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
)


@dataclass(frozen=True)
class TeamSeed:
    """The workspace itself; `url` is what permalinks begin with, by default the address the playground serves."""

    id: str = "T07ACME"
    name: str = "Acme"
    domain: str = "acme"
    url: str | None = None


@dataclass(frozen=True)
class UserSeed:
    """A person, or another app's bot when `is_bot`; `team_id` is set for people of another workspace.

    `teams` are all of theirs, in an Enterprise organisation, where `team_id` may be any of them.
    """

    id: str
    name: str
    real_name: str = ""
    email: str | None = None
    title: str = ""
    is_bot: bool = False
    bot_id: str | None = None
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    team_id: str | None = None
    teams: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        return self.real_name or self.name

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted


@dataclass(frozen=True)
class ChannelSeed:
    """A channel; `members` None means every user who is neither deleted nor a guest, and the app's bot."""

    id: str
    name: str
    members: tuple[str, ...] | None = None
    is_private: bool = False
    is_ext_shared: bool = False
    topic: str = ""


@dataclass(frozen=True)
class CommandSeed:
    """A slash command of the app; `command` begins with a slash."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False  # names and links come as they do in messages


@dataclass(frozen=True)
class ShortcutSeed:
    """A shortcut of the app; `type` is "message" or "global"."""

    callback_id: str
    name: str
    type: str = "message"


@dataclass(frozen=True)
class AppSeed:
    """The one installed app: its identity, its two tokens, and what its manifest asks for."""

    id: str = "A07SIGNAL"
    name: str = "signalbox"
    bot_id: str = "B07SIGNAL"
    bot_user_id: str = "U07SIGNAL"
    bot_token: str = "xoxb-playground-bot"  # noqa: S105 - a token of the playground opens nothing anywhere else
    app_token: str = "xapp-1-A07SIGNAL-playground"  # noqa: S105 - see above
    scopes: tuple[str, ...] = EVERY_SCOPE
    app_scopes: tuple[str, ...] = ("connections:write",)
    events: tuple[str, ...] = EVERY_EVENT
    commands: tuple[CommandSeed, ...] = ()
    shortcuts: tuple[ShortcutSeed, ...] = ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> AppSeed:
        """The app as a Slack manifest (already parsed) describes it. Raises KeyError for what a manifest must have."""
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        return cls(
            name=manifest["display_information"]["name"].lower(),
            scopes=tuple(manifest["oauth_config"]["scopes"]["bot"]),
            events=tuple(settings.get("event_subscriptions", {}).get("bot_events", ())),
            commands=tuple(
                CommandSeed(
                    c["command"], c.get("description", ""), c.get("usage_hint", ""), c.get("should_escape", False)
                )
                for c in features.get("slash_commands", ())
            ),
            shortcuts=tuple(
                ShortcutSeed(s["callback_id"], s["name"], s.get("type", "message"))
                for s in features.get("shortcuts", ())
            ),
        )


@dataclass(frozen=True)
class Rules:
    """How strict the workspace is; all times in seconds.

    `redelivery` are the waits before the second, third, ... delivery of an unacked event.
    """

    redelivery: tuple[float, ...] = (3.0, 10.0)
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5
    posts_per_second: float = 1.0
    post_burst: int = 5
    ticket_seconds: float = 30.0
    reads_per_minute: int | None = None  # of a channel's history, and as many of threads; Slack takes some 50 of each


@dataclass(frozen=True)
class WorkspaceSeed:
    """Everything a workspace begins with. Raises ValueError when it contradicts itself."""

    users: tuple[UserSeed, ...]
    channels: tuple[ChannelSeed, ...]
    team: TeamSeed = field(default_factory=TeamSeed)
    app: AppSeed = field(default_factory=AppSeed)
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        users = [user.id for user in self.users] + [self.app.bot_user_id]
        channels = [channel.id for channel in self.channels]
        for name, ids in (("user", users), ("channel", channels)):
            twice = sorted({each for each in ids if ids.count(each) > 1})
            if twice:
                raise ValueError(f"the seed has more than one {name} with the id {twice[0]}")
        for channel in self.channels:
            strangers = sorted(set(channel.members or ()) - set(users))
            if strangers:
                raise ValueError(f"{strangers[0]} is a member of #{channel.name} but no user of the seed")
