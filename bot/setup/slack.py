"""Which channel is watched and who may approve, by the names that people know them by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from agents.errors import BadSettings
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
    """A full member of the workspace."""

    id: str
    shown: str
    names: frozenset[str]  # folded, by which they may be called


class Team:
    """What our token sees of the workspace."""

    def __init__(self, settings: Settings) -> None:
        self._client = WebClient(secret(settings.slack_bot_token), base_url=settings.slack_api_url)
        self._client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=3))

    def rooms(self) -> list[Room]:
        """Its channels; private ones that the bot is in. Raises BadSettings when Slack does not tell."""
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

    def people(self) -> list[Colleague]:
        """Its members: no bots, no guests, nobody who left. Raises BadSettings when Slack does not tell."""
        try:
            found = [member for page in self._client.users_list(limit=_PAGE) for member in page["members"]]
        except (SlackClientError, OSError) as error:
            raise _untold("its members", error) from error
        barred = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        return [
            _colleague(each) for each in found if each["id"] != "USLACKBOT" and not any(each.get(key) for key in barred)
        ]


def choose_room(asking: Asking, team: Team, question: str, default: str = "") -> Room:
    """The channel that a person names; asked until there is one of that name."""
    while True:
        typed = asking.ask(question, default).removeprefix("#")
        rooms = team.rooms() if typed else []
        found = next((room for room in rooms if typed.casefold() in (room.name.casefold(), room.id.casefold())), None)
        if found is not None:
            return found
        if typed:
            asking.say(
                f"There is no channel #{typed} that the bot sees. Check the name; a private one it sees only after "
                "somebody typed /invite @signalbox there."
            )


def choose_approvers(asking: Asking, team: Team) -> tuple[Colleague, ...]:
    """The people who may approve fixes; asked until each that is named is one of the workspace."""
    people = team.people()
    while True:
        typed = [each.strip() for each in asking.ask("Who may approve fixes? Names, with commas between").split(",")]
        found = {each: _called(each, people) for each in typed if each}
        if found and all(len(matches) == 1 for matches in found.values()):
            return tuple({match.id: match for [match] in found.values()}.values())
        for name, matches in found.items():
            if len(matches) != 1:
                asking.say(_unclear(name, matches))


def _colleague(member: dict[str, object]) -> Colleague:
    profile = member.get("profile")
    kept = profile if isinstance(profile, dict) else {}
    names = [kept.get("real_name"), member.get("real_name"), kept.get("display_name"), member.get("name")]
    told = [str(name) for name in names if name]
    return Colleague(str(member["id"]), told[0] if told else str(member["id"]), frozenset(map(str.casefold, told)))


def _called(name: str, people: list[Colleague]) -> list[Colleague]:
    """Those of this name or id; without any, those whose name it is a part of."""
    wanted = name.removeprefix("@").casefold()
    exact = [each for each in people if wanted == each.id.casefold() or wanted in each.names]
    return exact or [each for each in people if any(wanted in known for known in each.names)]


def _unclear(name: str, matches: list[Colleague]) -> str:
    if not matches:
        return f"The workspace has no full member called {name}: guests, bots and people of other workspaces never can."
    shown = "; ".join(f"{each.shown} ({each.id})" for each in matches[:_SHOWN])
    more = f" and {len(matches) - _SHOWN} more" if len(matches) > _SHOWN else ""
    return f"{name} may be {shown}{more}: type the whole name, or the id."


def _untold(what: str, error: Exception) -> BadSettings:
    return BadSettings(f"Slack did not tell {what} ({error}); type `signalbox doctor`, which looks at the token.")
