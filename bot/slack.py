"""Slack's Web API, as far as we use it: typed, patient, within its rates. Only here are its errors turned into ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler
from slack_sdk.models.blocks import Block

from agents.errors import SlackDown, SlackRejected
from agents.rules import Person
from bot.views.limits import TEXT, cut, within
from storage.status import Visibility

T = TypeVar("T")

METADATA = "signalbox_post"
_HARMLESS = {"reactions.add": "already_reacted", "reactions.remove": "no_reaction"}
_ADVICE = {
    "not_in_channel": "invite the bot to the channel with /invite",
    "channel_not_found": "check the channel's id in the policy file, and invite the bot if it is private",
    "is_archived": "the channel is archived; name another one in the policy file",
    "missing_scope": "update the app from manifest.yml and reinstall it",
    "invalid_auth": "SLACK_BOT_TOKEN is wrong; copy it anew from the app's settings",
    "token_revoked": "the app was removed from the workspace; install it again",
}
_PEOPLE_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """A channel, as far as it matters to us."""

    is_member: bool
    is_shared: bool  # with another workspace
    visibility: Visibility


@dataclass
class Bucket:
    """A token bucket: so many posts at once, then `rate` a second. Slack allows about one a second and channel."""

    rate: float = 1.0
    burst: float = 4.0
    _left: float = 4.0
    _at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> float:
        """Take a token; returns for how long to sleep before using it, in seconds."""
        with self._lock:
            at = time.monotonic()
            self._left = min(self.burst, self._left + (at - self._at) * self.rate) - 1.0
            self._at = at
            return max(0.0, -self._left / self.rate)


@dataclass
class SlackWriter:
    """What we do in Slack. Raises SlackDown when trying later may help, SlackRejected when it will not."""

    client: WebClient
    home_team: str = ""
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _people: dict[str, tuple[float, Person]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def over(cls, client: WebClient) -> SlackWriter:
        """A writer over a client, which then retries lost connections once by itself and nothing else."""
        client.retry_handlers[:] = [ConnectionErrorRetryHandler(max_retry_count=1)]
        return cls(client)

    def who_we_are(self) -> dict[str, Any]:
        """auth.test: the team and user of our token. Remembers the team."""
        answer = self._call("auth.test", self.client.auth_test)
        self.home_team = str(answer["team_id"])
        return answer

    def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block],
        *,
        thread_ts: str = "",
        key: dict[str, str] | None = None,
    ) -> str:
        """Post a message; its ts. `key` goes along as metadata, by which `find` finds it again."""
        self._pace(channel)
        answer = self._call(
            "chat.postMessage",
            lambda: WebClient(**self._plain()).chat_postMessage(
                channel=channel,
                text=cut(text, TEXT),
                blocks=within(blocks),
                thread_ts=thread_ts or None,
                metadata={"event_type": METADATA, "event_payload": key or {}},
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(answer["ts"])

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Redraw a message of ours."""
        drawn = within(blocks)
        self._call(
            "chat.update", lambda: self.client.chat_update(channel=channel, ts=ts, text=cut(text, TEXT), blocks=drawn)
        )

    def find(self, channel: str, thread_ts: str, key: dict[str, str], oldest: float) -> str:
        """The ts of our post that carries `key`, looked for from `oldest` (Unix time) on; empty if there is none."""
        cursor = ""
        for _ in range(20):
            answer = self._page(channel, thread_ts, oldest, cursor)
            for message in answer["messages"]:
                if message.get("bot_id") and (message.get("metadata") or {}).get("event_payload") == key:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return ""

    def _page(self, channel: str, thread_ts: str, oldest: float, cursor: str) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest:.6f}",
            "limit": 200,
            "include_all_metadata": True,
            "cursor": cursor or None,
        }
        if thread_ts:
            return self._call("conversations.replies", lambda: self.client.conversations_replies(ts=thread_ts, **asked))
        return self._call("conversations.history", lambda: self.client.conversations_history(**asked))

    def react(self, channel: str, ts: str, name: str) -> None:
        """React to a message; having done so before counts as done."""
        self._call("reactions.add", lambda: self.client.reactions_add(channel=channel, timestamp=ts, name=name))

    def whisper(self, channel: str, user: str, text: str, *, thread_ts: str = "", blocks: Sequence[Block] = ()) -> None:
        """Tell one person something. At most once: it leaves no trace by which it could be found again."""
        self._call(
            "chat.postEphemeral",
            lambda: self.client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=cut(text, TEXT),
                thread_ts=thread_ts or None,
                blocks=within(blocks) or None,
            ),
        )

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message."""
        answer = self._call("chat.getPermalink", lambda: self.client.chat_getPermalink(channel=channel, message_ts=ts))
        return str(answer["permalink"])

    def place(self, channel: str) -> Place | None:
        """What kind of channel it is; None if we cannot see it."""
        try:
            found = self._call("conversations.info", lambda: self.client.conversations_info(channel=channel))["channel"]
        except SlackRejected:
            return None
        return Place(
            is_member=bool(found.get("is_member")),
            is_shared=bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared")),
            visibility=Visibility.PRIVATE if found.get("is_private") else Visibility.PUBLIC,
        )

    def visibility(self, channel: str) -> Visibility:
        """Who may see what is said there; private where we cannot tell."""
        place = self.place(channel)
        return place.visibility if place is not None else Visibility.PRIVATE

    def show_home(self, user: str, blocks: Sequence[Block]) -> None:
        """Draw somebody's Home tab."""
        view = {"type": "home", "blocks": within(blocks)}
        self._call("views.publish", lambda: self.client.views_publish(user_id=user, view=view))

    def person(self, user_id: str, team_id: str = "") -> Person:
        """Who somebody is, at most a minute old. Whoever cannot be looked up is a stranger, who may nothing."""
        with self._lock:
            known = self._people.get(user_id)
        if known is not None and time.monotonic() - known[0] < _PEOPLE_SECONDS:
            return known[1]
        try:
            user = self._call("users.info", lambda: self.client.users_info(user=user_id))["user"]
        except (SlackDown, SlackRejected):
            return Person(user_id=user_id, team_id=team_id, is_stranger=True)
        person = Person(
            user_id=user_id,
            team_id=str(user.get("team_id") or team_id),
            name=str(user.get("real_name") or user.get("name") or ""),
            is_bot=bool(user.get("is_bot")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_stranger=bool(user.get("is_stranger")),
            deleted=bool(user.get("deleted")),
        )
        with self._lock:
            self._people[user_id] = (time.monotonic(), person)
        return person

    def _plain(self) -> dict[str, Any]:
        """A client for posts does not repeat by itself: a post whose answer was lost is looked up first."""
        return {
            "token": self.client.token,
            "base_url": self.client.base_url,
            "timeout": self.client.timeout,
            "retry_handlers": [],
        }

    def _pace(self, channel: str) -> None:
        with self._lock:
            bucket = self._buckets.setdefault(channel, Bucket())
        time.sleep(bucket.wait())

    def _call(self, method: str, call: Callable[[], Any]) -> dict[str, Any]:
        try:
            answer = call()
        except SlackApiError as error:
            if error.response.get("error") == _HARMLESS.get(method):
                return {}
            raise _fault(method, error) from error
        except (SlackClientError, SlackRequestError, HTTPException, OSError) as error:
            raise SlackDown(f"Slack did not answer {method} ({type(error).__name__}); it is tried again.") from error
        data: dict[str, Any] = answer.data
        return data


def _fault(method: str, error: SlackApiError) -> SlackDown | SlackRejected:
    status, said = error.response.status_code, str(error.response.get("error") or "")
    if status == 429 or said in ("ratelimited", "rate_limited"):  # noqa: PLR2004 too many requests
        wait = str(error.response.headers.get("Retry-After") or error.response.headers.get("retry-after") or "1")
        return SlackDown(f"Slack limits our rate for {method}.", float(wait) if wait.isdigit() else 1.0)
    if status >= 500 or said in ("internal_error", "fatal_error", "service_unavailable", "request_timeout"):  # noqa: PLR2004
        return SlackDown(f"Slack answered {status} {said} to {method}; it is tried again.")
    advice = _ADVICE.get(said, "see the method's page in Slack's documentation")
    return SlackRejected(f"Slack refused {method}: {said}; {advice}.", said)
