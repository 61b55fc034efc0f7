"""Which channel is watched and who may approve, by the names that people know them by."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryState

from agents.errors import BadSettings
from bot.doctor.slack import why_not
from bot.settings import Settings, secret
from bot.setup.asking import Asking
from bot.slack.manifest import manifest

_PAGE = 500
_SHOWN = 8  # people of whom one is meant


def app_link() -> str:
    """Slack's page that makes an app of our manifest."""
    return f"https://api.slack.com/apps?new_app=1&manifest_json={quote(json.dumps(manifest(), separators=(',', ':')))}"


@dataclass(frozen=True)
class Room:
    """A channel that our token sees."""

    id: str
    name: str
    is_private: bool
    is_member: bool  # whether the bot is in it


@dataclass(frozen=True)
class Colleague:
    """A person of the workspace."""

    id: str
    shown: str
    names: frozenset[str]  # folded, by which they may be called
    is_guest: bool
    zone: str = ""  # of their clock, as Slack knows it


class Team:
    """What our token sees of the workspace. Raises BadSettings when Slack does not tell."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self._client = WebClient(secret(settings.slack_bot_token), base_url=settings.slack_api_url)
        self._client.retry_handlers.append(_Waiting(tell))
        self._rooms: list[Room] = []

    def room(self, name: str) -> Room | None:
        """The channel of this name or id; looked for anew where it was not there before."""
        if (known := self._known(name)) is None:
            self._rooms = self._read_rooms()
            known = self._known(name)
        return known

    def people(self) -> list[Colleague]:
        """Its members, guests among them: no bots, nobody who left."""
        try:
            found = [member for page in self._client.users_list(limit=_PAGE) for member in page["members"]]
        except (SlackClientError, OSError) as error:
            raise _untold("its members", error) from error
        return [
            _colleague(each)
            for each in found
            if each["id"] != "USLACKBOT" and not each.get("deleted") and not each.get("is_bot")
        ]

    def _known(self, name: str) -> Room | None:
        wanted = name.casefold()
        return next((each for each in self._rooms if wanted in (each.name.casefold(), each.id.casefold())), None)

    def _read_rooms(self) -> list[Room]:
        """Its channels; private ones that the bot is in."""
        try:
            pages = self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=_PAGE
            )
            found = [channel for page in pages for channel in page["channels"]]
        except (SlackClientError, OSError) as error:
            raise _untold("its channels", error) from error
        return [
            Room(each["id"], each["name"], bool(each.get("is_private")), bool(each.get("is_member"))) for each in found
        ]


class _Waiting(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks for, and says so: of a large workspace much is asked."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(max_retry_count=5)
        self._tell = tell

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """As the library does."""
        self._tell("Slack asks us to wait; this goes on by itself.")
        super().prepare_for_next_attempt(state=state, request=request, response=response, error=error)


def choose_room(asking: Asking, team: Team, question: str, default: str = "") -> Room:
    """The channel that a person names; asked until there is one of that name."""
    while True:
        typed = asking.ask(question, default).removeprefix("#").strip()
        try:
            found = team.room(typed) if typed else None
        except BadSettings as error:
            asking.say(str(error))
            continue
        if found is not None:
            return found
        if typed:
            asking.say(
                f"There is no channel #{typed} that the bot sees. Check the name; a private one it sees only after "
                "somebody typed /invite @signalbox there."
            )


def choose_approvers(asking: Asking, team: Team) -> tuple[Colleague, ...]:
    """The people who may approve fixes; asked until each that is named is a full member of the workspace."""
    while True:
        typed = asking.ask("Who may approve fixes? Names, with commas between").split(",")
        names = [name for each in typed if (name := each.strip(" @"))]
        try:
            people = team.people() if names else []
        except BadSettings as error:
            asking.say(str(error))
            continue
        called = {name: _called(name, people) for name in names}
        for name, (matches, is_sure) in called.items():
            if not is_sure:
                asking.say(_unclear(name, matches))
        if called and all(is_sure for _, is_sure in called.values()):
            chosen = tuple({match.id: match for [match], _ in called.values()}.values())
            asking.say(f"Approvers: {'; '.join(f'{each.shown} ({each.id})' for each in chosen)}")
            return chosen


def printable(words: str) -> str:
    """In one line, without what would steer a terminal or end a remark."""
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())


def _colleague(member: dict[str, object]) -> Colleague:
    profile = member.get("profile")
    kept = profile if isinstance(profile, dict) else {}
    names = [kept.get("real_name"), member.get("real_name"), kept.get("display_name"), member.get("name")]
    told = [words for name in names if (words := printable(str(name or "")))]
    is_guest = any(member.get(key) for key in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    shown = told[0] if told else str(member["id"])
    return Colleague(str(member["id"]), shown, frozenset(map(_folded, told)), is_guest, str(member.get("tz") or ""))


def _called(name: str, people: list[Colleague]) -> tuple[list[Colleague], bool]:
    """The full members of this name or id, and whether it can be nobody else.

    Without any, those who have it as a first or last name; without those, whoever might be meant. A part of a word
    decides nothing: the one who is meant may be a guest, and whoever is found somebody else.
    """
    wanted = _folded(name)
    whole = [each for each in people if wanted in (each.id.casefold(), *each.names)]
    word = [each for each in people if any(wanted in known.split() for known in each.names)]
    part = [each for each in people if any(wanted in known for known in each.names)]
    found = whole or word or part
    members = [each for each in found if not each.is_guest]
    return members, len(found) == len(members) == 1 and bool(whole or word)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _unclear(name: str, matches: list[Colleague]) -> str:
    if not matches:
        return f"The workspace has no full member called {name}: guests, bots and people of other workspaces never can."
    shown = "; ".join(f"{each.shown} ({each.id})" for each in matches[:_SHOWN])
    more = f" and {len(matches) - _SHOWN} more" if len(matches) > _SHOWN else ""
    return f"{name} may be {shown}{more}: type the whole name, or the id."


def _untold(what: str, error: Exception) -> BadSettings:
    return BadSettings(f"Slack did not tell {what}: {why_not(error)}.")
