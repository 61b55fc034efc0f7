"""The forms that single values of the policy file must have. Each raises ValueError with what would be right."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_PERSON = re.compile(r"[UW][A-Z0-9]{1,20}")
_WATCHED = re.compile(r"[CG][A-Z0-9]{2,20}")
_ROOM = re.compile(r"[CGD][A-Z0-9]{1,20}")
_BOT = re.compile(r"[BA][A-Z0-9]{1,20}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_BRANCH_REFUSED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)")


def _person(value: str) -> str:
    if not _PERSON.fullmatch(value):
        raise ValueError(
            "this is no Slack user id; one is U or W and then capital letters and digits, such as U012AB3CD "
            "(in Slack: the profile, the three dots, Copy member ID)"
        )
    return value


def _watched(value: str) -> str:
    if not _WATCHED.fullmatch(value):
        raise ValueError(
            "this is no id of a Slack channel; one is C or G and then capital letters and digits, such as C012AB3CD "
            "(in Slack: the channel's name, at the bottom of About)"
        )
    return value


def _room(value: str) -> str:
    if not _ROOM.fullmatch(value):
        raise ValueError(
            "this is no id of a place in Slack; one is C, G or D and then capital letters and digits, such as "
            "C012AB3CD (in Slack: the channel's name, at the bottom of About)"
        )
    return value


def _room_or_none(value: str) -> str:
    return _room(value) if value else value


def _bot(value: str) -> str:
    if not _BOT.fullmatch(value):
        raise ValueError(
            "this is no id of a bot or app in Slack; one is B or A and then capital letters and digits, such as "
            "B012AB3CD"
        )
    return value


def _repository(value: str) -> str:
    if not _REPOSITORY.fullmatch(value) or any(
        part.startswith("-") or not part.strip(".") for part in value.split("/")
    ):
        raise ValueError("this is no repository; write owner/name, such as acme/shop")
    return value


def _clone_url(value: str) -> str:
    if value.startswith("-") or "::" in value:
        raise ValueError("git would not take this for an address; write one such as https://github.com/acme/shop.git")
    return value


def _branch(value: str) -> str:
    refused = not value or value[0] in "-./" or value[-1] in "./" or value in ("@", "HEAD")
    if refused or _BRANCH_REFUSED.search(value):
        raise ValueError("git would refuse this as a branch's name; write one such as main")
    return value


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words or not words[0].strip() or words[0].startswith("-"):
        raise ValueError(
            'this runs nothing; name the program and then its arguments, such as ["python", "-m", "pytest", "-q"]'
        )
    return words


def _glob(value: str) -> str:
    """Paths are compared as git writes them, from the repository's top: any other glob would protect nothing."""
    parts = value.split("/")
    if "\\" in value or any(part.strip() in ("", ".", "..") for part in parts):
        raise ValueError(
            "this matches no path of a repository; write it from the top of the repository, without a slash at either "
            "end and without . or .. as a part, such as secure/** or **/CODEOWNERS"
        )
    return value


PersonId = Annotated[str, AfterValidator(_person)]
"""A Slack user id."""
WatchedId = Annotated[str, AfterValidator(_watched)]
"""The id of a channel that can be watched."""
RoomId = Annotated[str, AfterValidator(_room)]
"""The id of a place that can be posted to: a channel or a direct message."""
OptionalRoomId = Annotated[str, AfterValidator(_room_or_none)]
"""The same, or nothing."""
BotId = Annotated[str, AfterValidator(_bot)]
"""The id of a bot, or of its app."""
RepositoryName = Annotated[str, AfterValidator(_repository)]
"""owner/name of a repository."""
CloneUrl = Annotated[str, AfterValidator(_clone_url)]
"""What git clones from, or nothing."""
Branch = Annotated[str, AfterValidator(_branch)]
"""A branch's name, as git allows it."""
Command = Annotated[tuple[str, ...], AfterValidator(_command)]
"""A program and its arguments."""
Glob = Annotated[str, AfterValidator(_glob)]
"""Which paths of a repository, from its top."""
