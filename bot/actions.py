"""Everything a person can press or type, by name, and the value that a button carries."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from storage.records import Decision


class Action(StrEnum):
    """Action ids of buttons."""

    APPROVE = "approve"
    NOT_NOW = "not_now"
    RETRY = "retry"
    DISMISS = "dismiss"
    ANSWER = "answer"  # one of a question's options; the id has a number behind it
    RESTORE = "restore"  # from the quarantine
    LINK = "link"  # a button that only opens an address


class Command(StrEnum):
    """Slash commands."""

    INVESTIGATE = "/investigate"
    SIGNALBOX = "/signalbox"


INVESTIGATE_SHORTCUT = "investigate_message"

DECISIONS = {
    Action.APPROVE: Decision.APPROVE,
    Action.NOT_NOW: Decision.NOT_NOW,
    Action.RETRY: Decision.RETRY,
    Action.DISMISS: Decision.DISMISS,
    Action.ANSWER: Decision.ANSWER,
}


class Choice(BaseModel):
    """What a button carries: which report, and which plan was on the screen. Everything else is in the rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report_id: int = Field(ge=1)
    plan_revision: int = 0
    plan_hash: str = ""
    option: int = -1  # of a question, by its place


class HeldChoice(BaseModel):
    """What a button of the quarantine carries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal_id: int = Field(ge=1)


def action_id(action: Action, number: int | None = None) -> str:
    """The id of a button: the action's name, with a number where several stand side by side."""
    return action.value if number is None else f"{action.value}:{number}"


def action_of(given: str) -> Action:
    """The action behind an id. Raises ValueError for one that is not ours."""
    return Action(given.partition(":")[0])
