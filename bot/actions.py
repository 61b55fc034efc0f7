"""Everything a person can press or type, by name, and the values that buttons carry."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from storage.records import Decision
from storage.status import Dismissal

_LARGEST_ID = 2**31 - 1  # what the columns hold


class Action(StrEnum):
    """Action ids of buttons. Where several of a kind stand side by side, a number follows: `answer:2`."""

    APPROVE = "approve"
    NOT_NOW = "not_now"
    RETRY = "retry"
    DISMISS = "dismiss"
    PERMIT = "permit"  # the words for which a fix was kept back
    GO_ON = "go_on"  # with a fix, although somebody else may be at it
    STOP = "stop"  # the work that goes on
    ANSWER = "answer"  # one of a question's options
    RESTORE = "restore"  # from the quarantine
    HOLD_AGAIN = "hold_again"  # what was restored before
    HELD_PAGE = "held_page"  # turn a page of the quarantine
    HELD_SHOW = "held_show"  # the quarantine, to who presses
    WHY = "why"  # is each signal in this report
    SPLIT = "split"  # show a report's signals, to split some off
    PICK = "pick"  # one of those, or leave it again
    TAKE_OUT = "take_out"  # split off what was picked
    SAME = "same"  # two reports are one problem
    DIFFERENT = "different"  # they are two
    UNDO = "undo"  # a merge or a split
    HOW = "how"  # did I get here: the runs of a report
    REASON = "reason"  # why a report was dismissed
    RETRY_EVENT = "retry_event"  # of Slack that could not be dealt with
    DUPLICATE = "duplicate"  # it was dismissed because another report is about the same
    SLEEP = "sleep"  # for how long? to who presses
    SNOOZE = "snooze"  # for so long, or mute
    WAKE = "wake"
    TAKE = "take"  # who presses works on it
    RELEASE = "release"  # nobody does any more
    LINK = "link"  # only opens an address


class Command(StrEnum):
    """Slash commands."""

    INVESTIGATE = "/investigate"
    SIGNALBOX = "/signalbox"


class Verb(StrEnum):
    """What may follow `/signalbox`."""

    STATUS = "status"
    HELD = "held"
    FIND = "find"
    WHY = "why"
    ASK = "ask"
    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"
    REPOSITORY = "repository"
    LINEAR = "linear"
    SNOOZE = "snooze"
    MUTE = "mute"
    WAKE = "wake"
    TAKE = "take"
    GIVE = "give"
    RELEASE = "release"
    FIXED = "fixed"
    LINK = "link"
    UNLINK = "unlink"
    RENAME = "rename"
    STANDING = "standing"
    OUTCOMES = "outcomes"
    RUNS = "runs"
    PAUSE = "pause"
    RESUME = "resume"
    HELP = "help"


class Shortcut(StrEnum):
    """Callback ids of shortcuts on messages."""

    INVESTIGATE = "investigate_message"


DECISIONS = {
    Action.APPROVE: Decision.APPROVE,
    Action.NOT_NOW: Decision.NOT_NOW,
    Action.RETRY: Decision.RETRY,
    Action.DISMISS: Decision.DISMISS,
    Action.STOP: Decision.STOP,
    Action.PERMIT: Decision.PERMIT,
    Action.GO_ON: Decision.GO_ON,
    Action.ANSWER: Decision.ANSWER,
}
"""What pressing a button decides; the others decide nothing."""


class _Value(BaseModel):
    """What a button carries. Strict: whatever is not exactly of our making is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    def json_text(self) -> str:
        """As Slack carries it."""
        return self.model_dump_json(exclude_defaults=True)


class Choice(_Value):
    """Which report, and which plan or option was on the screen. Everything else is in the rows."""

    report_id: int = Field(ge=1, le=_LARGEST_ID)
    plan_revision: int = Field(default=0, ge=0, le=_LARGEST_ID)
    plan_hash: str = Field(default="", max_length=64)
    question_id: int = Field(default=0, ge=0, le=_LARGEST_ID)
    option: int = Field(default=-1, ge=-1, le=99)  # of the question, by its place
    entry_id: int = Field(default=0, ge=0, le=_LARGEST_ID)  # of the journal, that asked about words


class Named(BaseModel):
    """What a button's value is about, whichever value it is; 0 where it does not say."""

    model_config = ConfigDict(frozen=True)

    report_id: int = 0
    correction_id: int = 0

    @classmethod
    def of(cls, value: str) -> Self:
        """Read it. Raises ValidationError for what names anything but numbers."""
        return cls.model_validate_json(value) if value.startswith("{") else cls()


class Picked(_Value):
    """A report that is being split: the signals picked so far, and the one whose button this is."""

    report_id: int = Field(ge=1, le=_LARGEST_ID)
    signals: tuple[int, ...] = Field(default=(), max_length=100)
    this: int = Field(default=0, ge=0, le=_LARGEST_ID)


class Two(_Value):
    """Two reports: this one, and another."""

    report_id: int = Field(ge=1, le=_LARGEST_ID)
    other_id: int = Field(ge=1, le=_LARGEST_ID)


class Corrected(_Value):
    """Which merge or split, to undo it."""

    correction_id: int = Field(ge=1, le=_LARGEST_ID)


class Reason(_Value):
    """Why a report was dismissed."""

    report_id: int = Field(ge=1, le=_LARGEST_ID)
    dismissal: Dismissal


class Rest(_Value):
    """For how long a report is left alone: `3d`, `monday`, `mute`."""

    report_id: int = Field(ge=1, le=_LARGEST_ID)
    span: str = Field(max_length=20)


class HeldChoice(_Value):
    """Which signal of the quarantine, in which words, and which page it was on."""

    signal_id: int = Field(ge=1, le=_LARGEST_ID)
    revision: int = Field(ge=1, le=_LARGEST_ID)
    before: int = Field(default=0, ge=0, le=_LARGEST_ID)


class Pardoned(_Value):
    """Which signal was restored."""

    signal_id: int = Field(ge=1, le=_LARGEST_ID)


class HeldTurn(_Value):
    """Which page of the quarantine: what is older than this signal; 0 for the newest."""

    before: int = Field(ge=0, le=_LARGEST_ID)


class DeadEvent(_Value):
    """Which dead event of Slack; all of them without an id."""

    event_id: str = Field(default="", max_length=100)


def action_id(action: Action, number: int | None = None) -> str:
    """The id of a button."""
    return action.value if number is None else f"{action.value}:{number}"


def action_of(given: str) -> Action:
    """The action behind an id. Raises ValueError for one that is not ours."""
    return Action(given.partition(":")[0])
