"""Slack's Web API, as far as we use it: typed, patient, within its rates. Its errors do not leave this module."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from agents.errors import SlackDown, SlackRejected
from agents.rules import Person
from bot.patience import Bucket, Lately
from bot.slack.calls import Calls
from bot.slack.event import SlackEvent
from bot.slack.places import Place, Us, file_names, metadata_of
from bot.views.drawing import File
from bot.views.limits import TEXT, Drawn, cut, home_view, modal_view, within
from bot.views.scene import address_of
from storage.status import Visibility

__all__ = ["METADATA", "Place", "SlackWriter", "Us"]

METADATA = "signalbox_post"
_LOOKED_UP = 60.0  # seconds that people and channels are remembered
_PAGE, _PAGES = 200, 20  # messages, and pages of them that are looked through for a post of ours
_TIMEOUT = 10  # seconds
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_WHILE_REFUSED = 60.0  # seconds until it is asked again what a person has to put right


@dataclass
class SlackWriter:
    """What we do in Slack. Raises SlackDown when trying later may help, SlackRejected when it will not.

    May be used by many threads.
    """

    client: WebClient
    us: Us = field(default_factory=Us)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic  # of the pace of posts
    _calls: Calls = field(init=False)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _people: Lately[Person] = field(default_factory=lambda: Lately(_LOOKED_UP))
    _places: Lately[Place] = field(default_factory=lambda: Lately(_LOOKED_UP))
    _members: Lately[bool] = field(default_factory=lambda: Lately(_LOOKED_UP))

    def __post_init__(self) -> None:
        self._calls = Calls(sleep=self.sleep)

    @classmethod
    def over(cls, client: WebClient, sleep: Callable[[float], None] = time.sleep) -> SlackWriter:
        """A writer over a client, whose own retries are turned off: ours know which calls may be repeated."""
        client.retry_handlers.clear()
        client.timeout = min(client.timeout, _TIMEOUT)
        return cls(client, sleep=sleep)

    @property
    def home_team(self) -> str:
        """The id of our workspace; empty before we asked."""
        return self.us.team

    def who_we_are(self) -> dict[str, Any]:
        """What auth.test says; remembers it."""
        answer = self._calls("auth.test", self.client.auth_test)
        kept = {name: str(answer.get(key) or "") for name, key in _US.items()}
        self.us = Us(**kept)
        return answer

    # ── messages ────────────────────────────────────────────────────────────────────────────────────────────────

    def post(
        self, channel: str, text: str, blocks: Sequence[Block], *, thread_ts: str = "", key: Mapping[str, str]
    ) -> str:
        """Post a message; its ts. `key` goes along as metadata, by which `find` finds it again."""
        drawn = _drawn(blocks)
        self._pace(channel)
        answer = self._calls(
            "chat.postMessage",
            lambda: self.client.chat_postMessage(
                channel=channel,
                text=cut(text, TEXT),
                blocks=drawn or None,
                thread_ts=thread_ts or None,
                metadata={"event_type": METADATA, "event_payload": dict(key)},
                unfurl_links=False,
                unfurl_media=False,
            ),
            repeated=False,
        )
        return str(answer["ts"])

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Redraw a message of ours. Slack removes the blocks of a message that is updated without any."""
        drawn = _drawn(blocks)
        self._calls(
            "chat.update",
            lambda: self.client.chat_update(channel=channel, ts=ts, text=cut(text, TEXT), blocks=drawn or None),
        )

    def find(self, channel: str, thread_ts: str, key: Mapping[str, str], oldest: float) -> str:
        """The ts of our post that carries `key`, looked for from `oldest` (Unix time) on; empty if there is none."""
        return self._look(channel, thread_ts, oldest, lambda message: metadata_of(message) == dict(key))

    def find_file(self, channel: str, thread_ts: str, name: str, oldest: float) -> str:
        """The ts of our message in a thread that holds a file of this name; empty if there is none."""
        return self._look(channel, thread_ts, oldest, lambda message: name in file_names(message))

    def upload(self, channel: str, thread_ts: str, comment: str, files: Sequence[File]) -> str:
        """Post files as one message in a thread; the id of the first."""
        self._pace(channel)
        sent = [{"filename": file.name, "title": file.title, "content": file.text} for file in files]
        answer = self._calls(
            "files.upload",
            lambda: self.client.files_upload_v2(
                channel=channel, thread_ts=thread_ts, initial_comment=comment, file_uploads=sent
            ),
            repeated=False,
        )
        return str(answer["files"][0]["id"])

    def react(self, channel: str, ts: str, name: str) -> None:
        """React to a message; having done so before counts as done."""
        try:
            self._calls("reactions.add", lambda: self.client.reactions_add(channel=channel, timestamp=ts, name=name))
        except SlackRejected as error:
            if error.code != "already_reacted":
                raise

    def whisper(self, channel: str, user: str, text: str, *, thread_ts: str = "", blocks: Sequence[Block] = ()) -> None:
        """Tell one person something. At most once: it leaves no trace by which it could be found again."""
        drawn = _drawn(blocks)
        self._calls(
            "chat.postEphemeral",
            lambda: self.client.chat_postEphemeral(
                channel=channel, user=user, text=cut(text, TEXT), thread_ts=thread_ts or None, blocks=drawn or None
            ),
            repeated=False,
        )

    def address(self, channel: str, ts: str, root_ts: str = "") -> str:
        """The address of a message, made as Slack makes it; empty before we know our workspace's."""
        return address_of(self.us.site, channel, ts, root_ts) if self.us.site else ""

    def show_home(self, user: str, blocks: Sequence[Block]) -> None:
        """Draw somebody's Home tab."""
        self._calls("views.publish", lambda: self.client.views_publish(user_id=user, view=home_view(blocks)))

    def show_window(self, trigger: str, title: str, blocks: Sequence[Block]) -> None:
        """Open a window for whoever just pressed something. At most once, and within three seconds of the press."""
        view = modal_view(title, blocks)
        self._calls("views.open", lambda: self.client.views_open(trigger_id=trigger, view=view), repeated=False)

    def thread(self, channel: str, ts: str) -> list[SlackEvent]:
        """A message and its first answers, at most 200, or an answer alone; empty where we cannot read."""
        try:
            found = self._calls(
                "conversations.replies", lambda: self.client.conversations_replies(channel=channel, ts=ts, limit=_PAGE)
            )
        except SlackRejected:
            return []
        shaped = [{"event": {**each, "type": "message", "channel": channel}} for each in found["messages"]]
        return [SlackEvent.of({"team_id": self.home_team, **each}) for each in shaped]

    # ── people and places ───────────────────────────────────────────────────────────────────────────────────────

    def person(self, user_id: str, team_id: str = "") -> Person:
        """Who somebody is, at most a minute old. Whom Slack does not know is a stranger, who may nothing.

        Raises SlackDown when Slack cannot be asked, or does not let us: then nothing is decided at all.
        """
        known = self._people.get(user_id)
        if known is not None:
            return known
        try:
            user = self._calls("users.info", lambda: self.client.users_info(user=user_id))["user"]
        except SlackRejected as error:
            if error.code not in _NOBODY:  # our token, a scope, a migration: that says nothing of the person
                raise SlackDown(f"Who somebody is cannot be asked. {error}", _WHILE_REFUSED) from error
            return Person(user_id=user_id, team_id=team_id, is_stranger=True)
        teams = frozenset((user.get("enterprise_user") or {}).get("teams") or ())
        person = Person(
            user_id=user_id,
            team_id=self.us.team if self.us.team in teams else str(user.get("team_id") or team_id),
            name=str(user.get("real_name") or user.get("name") or ""),
            is_bot=bool(user.get("is_bot")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_stranger=bool(user.get("is_stranger")),
            deleted=bool(user.get("deleted")),
            teams=teams,
            zone=str(user.get("tz") or ""),
        )
        return self._people.put(user_id, person)

    def place(self, channel: str) -> Place | None:
        """What kind of channel it is, at most a minute old; None if we cannot see it."""
        known = self._places.get(channel)
        if known is not None:
            return known
        try:
            found = self._calls("conversations.info", lambda: self.client.conversations_info(channel=channel))
        except SlackRejected:
            return None
        seen = found["channel"]
        private = seen.get("is_private") or seen.get("is_im") or seen.get("is_mpim")
        place = Place(
            is_member=bool(seen.get("is_member")),
            is_shared=bool(seen.get("is_ext_shared") or seen.get("is_pending_ext_shared")),
            visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
            is_archived=bool(seen.get("is_archived")),
        )
        # One that we are not in yet is asked about again: somebody is about to invite us.
        return self._places.put(channel, place) if place.is_member else place

    def is_member(self, channel: str, user: str) -> bool:
        """Whether somebody is in a channel, as it was at most a minute ago; False where we cannot see that."""
        name = f"{channel} {user}"
        known = self._members.get(name)
        return known if known is not None else self._members.put(name, self._lists(channel, user))

    # ── how ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _lists(self, channel: str, user: str) -> bool:
        listed: dict[str, Any] = {"channel": channel, "limit": _PAGE, "cursor": None}
        for _ in range(_PAGES):
            try:
                answer = self._calls("conversations.members", partial(self.client.conversations_members, **listed))
            except SlackRejected:
                return False
            listed["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if user in answer["members"] or not listed["cursor"]:
                return user in answer["members"]
        return False

    def _look(self, channel: str, thread_ts: str, oldest: float, is_it: Callable[[Mapping[str, Any]], bool]) -> str:
        cursor = ""
        for _ in range(_PAGES):
            answer = self.page(channel, thread_ts, oldest, cursor)
            for message in answer["messages"]:
                if self._is_ours(message) and is_it(message):
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return ""

    def page(
        self, channel: str, thread_ts: str, oldest: float, cursor: str, latest: float | None = None
    ) -> dict[str, Any]:
        """A page of what was said in a channel, newest first, or in a thread, from `oldest` (Unix time) on.

        With `latest` up to that, both moments included.
        """
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
            "cursor": cursor or None,
        } | ({} if latest is None else {"latest": f"{latest:.6f}", "inclusive": True})
        if thread_ts:
            return self._calls(
                "conversations.replies", lambda: self.client.conversations_replies(ts=thread_ts, **asked)
            )
        return self._calls("conversations.history", lambda: self.client.conversations_history(**asked))

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        """Anybody may attach our metadata to a post of theirs."""
        return bool(message.get("bot_id")) and message["bot_id"] == (self.us.bot or message["bot_id"])

    def _pace(self, channel: str) -> None:
        """Slack allows about one post a second and channel, and a short burst."""
        self.sleep(self._buckets.setdefault(channel, Bucket(rate=1.0, burst=4.0, clock=self.clock)).take())


_US = {"team": "team_id", "user": "user_id", "bot": "bot_id", "site": "url"}


def _drawn(blocks: Sequence[Block]) -> list[Drawn]:
    try:
        return within(blocks)
    except SlackObjectFormationError as error:
        raise SlackRejected(f"Slack would refuse these blocks: {error}.", "invalid_blocks") from error
