"""A Slack workspace on this machine: enough Web API and Socket Mode for a real Bolt app, stricter than Slack itself."""

from playground.workspace.clock import Clock
from playground.workspace.problems import PersonCannot
from playground.workspace.records import (
    Call,
    CommandAnswer,
    Delivery,
    Envelope,
    Ephemeral,
    Message,
    SubmitAnswer,
    View,
)
from playground.workspace.seed import (
    AppSeed,
    ChannelSeed,
    CommandSeed,
    Rules,
    ShortcutSeed,
    TeamSeed,
    UserSeed,
    WorkspaceSeed,
)
from playground.workspace.workspace import Workspace

__all__ = [
    "AppSeed",
    "Call",
    "ChannelSeed",
    "Clock",
    "CommandAnswer",
    "CommandSeed",
    "Delivery",
    "Envelope",
    "Ephemeral",
    "Message",
    "PersonCannot",
    "Rules",
    "ShortcutSeed",
    "SubmitAnswer",
    "TeamSeed",
    "UserSeed",
    "View",
    "Workspace",
    "WorkspaceSeed",
]
