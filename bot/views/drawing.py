"""What views hand to the messenger: messages, files, reactions and whispers, each known by its purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block


@dataclass(frozen=True)
class Spot:
    """A message in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Drawing:
    """One message: its words where blocks cannot be shown, and its blocks.

    It stands in the report's own thread, or in the thread under `under`. `text` is foreign until it is posted. One that
    is `past` is kept up to date where it was posted in time, and not posted any more where it was not.
    """

    purpose: str
    text: str
    blocks: Sequence[Block]
    under: Spot | None = None
    past: bool = False


@dataclass(frozen=True)
class File:
    """A text file. Its name is the same whenever it is drawn, so that it is found again."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Upload:
    """Files in the report's thread, posted as one message that is never edited."""

    purpose: str
    comment: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class Reaction:
    """An emoji of ours on somebody's message."""

    purpose: str
    on: Spot
    name: str


@dataclass(frozen=True)
class Whisper:
    """Words for one person in a channel, said at most once: Slack keeps no trace by which they could be found again."""

    purpose: str
    channel: str
    user: str
    text: str
    blocks: Sequence[Block]


Effect = Drawing | Upload | Reaction | Whisper
