"""The forms that single values of the policy file must have. Each raises ValueError with what would be right."""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict

from agents.hours import is_zone

_PERSON = re.compile(r"[UW][A-Z0-9]{1,20}")
_WATCHED = re.compile(r"[CG][A-Z0-9]{2,20}")
_ROOM = re.compile(r"[CGD][A-Z0-9]{1,20}")
_BOT = re.compile(r"[BA][A-Z0-9]{1,20}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_SYSTEM = frozenset({"boot", "dev", "etc", "proc", "run", "sys"})
_OWN_DEPTH = 3  # parts: /opt alone is too much, /opt/node-22 is not
_BRANCH_REFUSED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)")
LONGEST_NOTES = 2_000  # characters
_IMAGE = re.compile(r"[a-z0-9][\w.:/@-]{0,254}", re.ASCII)


class Terms(BaseModel):
    """Base of all terms: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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


def _command_or_none(words: tuple[str, ...]) -> tuple[str, ...]:
    return _command(words) if words else words


def _glob(value: str) -> str:
    """Paths are compared as git writes them, from the repository's top: any other glob would protect nothing."""
    parts = value.split("/")
    if "\\" in value or any(part.strip() in ("", ".", "..") for part in parts):
        raise ValueError(
            "this matches no path of a repository; write it from the top of the repository, without a slash at either "
            "end and without . or .. as a part, such as secure/** or **/CODEOWNERS"
        )
    return value


def _glob_or_none(value: str) -> str:
    return _glob(value) if value else value


def _check_glob(value: str) -> str:
    if not value.strip(" *?"):
        raise ValueError("this would ignore every check; name one, such as codecov/*, or set checks = false")
    return value


def _login_glob(value: str) -> str:
    if not value.strip(" *?-"):
        raise ValueError("nobody would be heard; name one, such as acme-ci")
    if not re.fullmatch(r"[\w.*?-]+(?:\[bot\])?", value, re.ASCII):
        raise ValueError("this is no login; write it as the code host does, without @")
    return value


def _place(value: str) -> str:
    parts = value.split("/")
    if "\0" in value or parts[0] == ".git" or any(part.strip() in ("", ".", "..") for part in parts):
        raise ValueError(
            "this is no folder of a checkout; write it from the top of the repository, without a slash at either end, "
            "such as node_modules or packages/web/node_modules"
        )
    return value


def _repository_file(value: str) -> str:
    parts = value.split("/")
    if not value.isprintable() or any(part.strip() in ("", ".", "..") for part in parts):
        raise ValueError(
            "this is no file of a repository; write it from the top, without a slash before it, such as "
            "pyproject.toml, uv.lock or requirements/test.txt"
        )
    return value


def _program(value: str) -> str:
    if value and not re.fullmatch(r"python3?(?:\.\d{1,2})?|/[\w./+-]+", value, re.ASCII):
        raise ValueError("this is no Python of this machine; write python3.13, or its whole path")
    return value


def _own_folder(value: str) -> str:
    """One that somebody made for this: whole trees of the system or of all users hold what no foreign code may read."""
    path = PurePosixPath(value)
    system = path.parts[1:2] and path.parts[1] in _SYSTEM
    if not path.is_absolute() or ".." in path.parts or "\0" in value or len(path.parts) < _OWN_DEPTH or system:
        raise ValueError(
            "all that is in the folder can be read by what runs in the sandbox, so name one that was made for it, with "
            "its whole path, such as /opt/node-22 or /srv/acme-web/node_modules"
        )
    return value


def _image(value: str) -> str:
    if value and not _IMAGE.fullmatch(value):
        raise ValueError("this is no image of a container; write one such as acme/shop-tests:3 or python:3.12")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", value):
        raise ValueError("a name here is 1 to 20 of a-z, 0-9 and -, beginning with a letter, such as notion")
    return value


def _trailer(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*: \S.*", value) or not value.isprintable():
        raise ValueError(
            "this is no trailer of a commit; write one line such as Signed-off-by: Shop Bot <bot@shop.example>"
        )
    return value


def _team_key(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9]{0,9}", text):
        raise ValueError("it has to be the key of a team, as its issues begin with it: SHOP, of SHOP-12")
    return text


def _variable(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("this is no name of an environment variable (the token itself never stands here)")
    return value


def _service_url(value: str) -> str:
    """Over the network only encrypted, since a token goes with it."""
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.scheme == "https" and host and not parts.username:
        return value
    if parts.scheme == "http" and _is_this_machine(host) and not parts.username:
        return value
    raise ValueError("write an https address without a name or password in it, such as https://mcp.notion.com/mcp")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _zone(value: str) -> str:
    if is_zone(value):
        return value
    if not available_timezones():
        raise ValueError(
            "this machine has no list of time zones, so that it knows UTC alone; install tzdata (the system's package, "
            "or `pip install tzdata`)"
        )
    raise ValueError("this is no time zone; write one such as America/Los_Angeles, Europe/Berlin or UTC")


def _notes(value: str) -> str:
    if len(value) > LONGEST_NOTES:
        raise ValueError(
            f"these are {len(value)} characters; write {LONGEST_NOTES} at most: models read them each time"
        )
    if "\0" in value:
        raise ValueError("these hold a character that no database takes (NUL)")
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
OptionalCommand = Annotated[tuple[str, ...], AfterValidator(_command_or_none)]
"""The same, or nothing."""
Name = Annotated[str, AfterValidator(_name)]
"""A short name of the owner's choice."""
Trailer = Annotated[str, AfterValidator(_trailer)]
"""A last line of a commit: a word, a colon, a value."""
TeamKey = Annotated[str, AfterValidator(_team_key)]
"""By what a tracker calls a team's issues: SHOP, of SHOP-12."""
Image = Annotated[str, AfterValidator(_image)]
"""The name of a container's image, as docker and podman write it, or nothing."""
Variable = Annotated[str, AfterValidator(_variable)]
"""The name of an environment variable, or nothing."""
Notes = Annotated[str, AfterValidator(_notes)]
"""What a team says once of something, for whoever judges it."""
Zone = Annotated[str, AfterValidator(_zone)]
"""Whose clock counts, by the name that the list of time zones has for it."""
ServiceUrl = Annotated[str, AfterValidator(_service_url)]
"""Where a service is reached that we hold a token for."""
Glob = Annotated[str, AfterValidator(_glob)]
"""Which paths of a repository, from its top."""
CheckGlob = Annotated[str, AfterValidator(_check_glob)]
LoginGlob = Annotated[str, AfterValidator(_login_glob)]
"""Which accounts of a code host, by their logins."""
OptionalGlob = Annotated[str, AfterValidator(_glob_or_none)]
"""The same, or nothing."""
Place = Annotated[str, AfterValidator(_place)]
"""A folder of a checkout, from its top."""
RepositoryFile = Annotated[str, AfterValidator(_repository_file)]
"""A file of a repository, from its top."""
Program = Annotated[str, AfterValidator(_program)]
"""A Python of this machine, by its name or path, or nothing."""
OwnFolder = Annotated[str, AfterValidator(_own_folder)]
"""A folder of this machine that may be shown to what runs in the sandbox."""
