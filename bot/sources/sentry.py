"""Sentry issues as signals: new, regressed, escalating and still firing ones, with the frames of their latest event.

What is asked and read was compared with Sentry's own source: OrganizationGroupIndexEndpoint, GroupDetailsEndpoint,
GroupEventDetailsEndpoint, OrganizationEndpoint.get_projects, StreamGroupSerializerSnuba and EventSerializer.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from agents.adapters.sessions import BoundedSession
from agents.errors import NotAtSource, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.settings import Settings
from bot.sources.reading import Reading, moment_in, name_in
from bot.sources.sentry_words import body_of, frames_of, keys_of, life_of, people_in, title_of
from bot.sources.source import Position, Pulled, ask, needed, option
from storage.raw import RawSignal, Severity

PAGES = 4
_PAGE = 25
_SENTRY, _BETWEEN_PAGES = "sentry.io", 0.25  # seconds
_SEVERITY = {"fatal": Severity.FATAL, "error": Severity.ERROR, "warning": Severity.WARNING}
_ALL_PROJECTS = {"project": "-1"}  # without it Sentry shows those of the teams that the token's owner is in, or nothing
_AGAIN = {"regressed": "set_regression", "escalating": "set_escalating"}  # what an issue's activity calls them


Placed = tuple[dict[str, Any], tuple[dt.datetime, str]]
"""An issue, when it was last seen, and by what it is known in the list."""


class SentryPosition(Position):
    """How far Sentry has been read. Its list runs from the newest down, so a long one is read in parts.

    While it is, `below` is the moment that the next part begins at, and `then` is the position once all parts are read.
    """

    then: Position | None = None


@dataclass(frozen=True)
class SentryIssues:
    """Reads the unresolved issues of one organisation, or of one of its projects."""

    name: str
    terms: SourceTerms
    session: requests.Session
    url: str
    organisation: str
    query: str
    lookback: float  # seconds, at the first pull
    pause: float = 0.0  # seconds before an issue's own page is asked for, of which Sentry gives five a second
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """The issues last seen after the cursor, about PAGES pages of them."""
        at = SentryPosition.at(cursor, self.lookback)
        reading = Reading(self.name, _name, failing=self.failing)
        listed, ended = self._listed(at, reading)
        read = [place for _, place in listed]
        then = (at.then or at).after_events(read)
        following = (
            SentryPosition(since=then.since, seen=then.seen)
            if ended
            else SentryPosition(since=at.since, seen=at.seen, below=min(moment for moment, _ in read), then=then)
        )
        fresh = [issue for issue, (_, mark) in reversed(listed) if mark not in at.seen]
        read_whole = reading.each(fresh, lambda issue: self._signal(issue, reading))
        signals = tuple(signal for _, signal in read_whole)
        return Pulled(signals, following.model_dump_json(), more=not ended, unread=reading.unread)

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        """Those that Sentry does not have any more, while the organisation's issues can still be read."""
        return tuple(each for each in external_ids if self._is_gone(each))

    def _is_gone(self, short_id: str) -> bool:
        where = f"{self.url}/api/0/organizations/{self.organisation}/issues/"
        try:
            self._page(f"{where}{quote(short_id, safe='')}/")
        except NotAtSource:
            self._get(where, {"limit": "1", **_ALL_PROJECTS})  # or the whole organisation may be closed to us
            return self._has_project(where, short_id.rpartition("-")[0].lower())
        return False

    def _has_project(self, where: str, slug: str) -> bool:
        """Whether there is a project of this name: when it is renamed, so are the short ids of all its issues."""
        try:
            self._get(where, {"limit": "1", "query": f"project:{slug}", **_ALL_PROJECTS})
        except SourceRejected:  # Sentry's search does not take names of projects that it does not have
            return False
        return True

    def _listed(self, at: SentryPosition, reading: Reading) -> tuple[list[Placed], bool]:
        """Issues, newest first, with those that were seen, and whether they reach down to what was read before."""
        where = f"{self.url}/api/0/organizations/{self.organisation}/issues/"
        query = self.query if at.below is None else f"{self.query} lastSeen:<={_stamp(_ceiling(at.below))}"
        params = {
            "query": query, "sort": "date", "limit": str(_PAGE), **_ALL_PROJECTS,
            "start": _stamp(at.floor - dt.timedelta(seconds=1)), "end": _stamp(_tomorrow()),
        }  # fmt: skip
        listed: list[Placed] = []
        pages = 0
        while True:
            response = self._get(where, params)
            page = response.json()
            for issue, place in reading.each(page, _place):
                if place[0] < at.floor:
                    return listed, True
                listed.append((issue, place))
            following = response.links.get("next", {})
            if not page or following.get("results") != "true":  # an empty page that promises more would be endless
                return listed, True
            pages += 1
            # A part ends where the moment changes, or the next one would begin where this one began.
            if pages >= PAGES and listed and listed[-1][1][0] != (at.below or listed[0][1][0]):
                return listed, False
            # By its cursor alone: its address may name another host (a region's, or an inner one behind a proxy), which
            # is not shown our token.
            params["cursor"] = following["cursor"]

    def _get(self, where: str, params: dict[str, str] | None = None) -> requests.Response:
        check = (
            f"SENTRY_TOKEN (it needs event:read), SENTRY_URL and sources.{self.name}.options, "
            f"organisation {self.organisation!r}"
        )
        return ask(self.session, where, params, name=self.name, whose="Sentry", check=check)

    def _page(self, where: str) -> requests.Response:
        time.sleep(self.pause)
        return self._get(where)

    def _signal(self, issue: dict[str, Any], reading: Reading) -> RawSignal:
        at = f"{self.url}/api/0/organizations/{self.organisation}/issues/{name_in(issue, 'id')}/"
        event: dict[str, Any] = reading.beside(issue, "its latest event", lambda: self._event(at), {})
        frames = frames_of(event)
        return RawSignal(
            source=self.name,
            external_id=issue["shortId"],
            occurrence=self._occurrence(issue, at, reading),
            title=title_of(issue),
            body=body_of(issue, event, frames),
            url=str(issue.get("permalink") or ""),
            author="Sentry",
            people=people_in(event),
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_SEVERITY.get(str(issue.get("level")), Severity.INFO),
            reach=max(1, int(life_of(issue).get("userCount") or 0)),
            keys=keys_of(issue, event, frames),
            labels=(str(slug),) if (slug := (issue.get("project") or {}).get("slug")) else (),
            happened_at=_moment(issue),
        )

    def _event(self, at: str) -> dict[str, Any]:
        """The latest event, with nothing in it where Sentry has none: it may be deleted, or not stored yet."""
        try:
            return dict(self._get(f"{at}events/latest/").json())
        except NotAtSource:
            return {}

    def _occurrence(self, issue: dict[str, Any], at: str, reading: Reading) -> str:
        """A regression and an escalation are occurrences of their own, known by the moment Sentry noticed them."""
        substatus = str(issue.get("substatus"))
        if substatus not in _AGAIN:
            return ""
        try:
            page: dict[str, Any] = reading.beside(issue, "when it came back", lambda: self._page(at).json(), {})
        except NotAtSource:  # it was deleted since it was listed
            return substatus
        activity = page.get("activity") or []
        moments = [str(each.get("dateCreated")) for each in activity if each.get("type") == _AGAIN[substatus]]
        return f"{substatus} {max(moments, default='')}".strip()


def _name(issue: dict[str, Any]) -> str:
    return name_in(issue, "shortId")


def _place(issue: dict[str, Any]) -> tuple[dt.datetime, str]:
    """Where in the list it stands, and by what it is known there. Raises Malformed."""
    return _moment(issue), _mark(issue)


def _mark(issue: dict[str, Any]) -> str:
    return f"{_name(issue)} {issue['lastSeen']} {life_of(issue).get('count')} {issue.get('substatus')}"


def _moment(issue: dict[str, Any]) -> dt.datetime:
    return moment_in(issue, "lastSeen")


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _ceiling(moment: dt.datetime) -> dt.datetime:
    """The next whole second: Sentry's own search knows no parts of one."""
    return moment + dt.timedelta(microseconds=-moment.microsecond % 1_000_000)


def _tomorrow() -> dt.datetime:
    """Sentry's clock may be ahead of ours."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def pause_towards(url: str) -> float:
    """Only Sentry's own hosts limit how fast we may ask; one in one's own house does not unless told to."""
    host = urlsplit(url).hostname or ""
    return _BETWEEN_PAGES if host == _SENTRY or host.endswith(f".{_SENTRY}") else 0.0


REQUIRED, OPTIONAL = ("organization",), ("query", "lookback")  # options


def open_source(name: str, terms: SourceTerms, settings: Settings) -> SentryIssues:
    """The unresolved issues of `options.organization`, by `options.query` if given, with SENTRY_TOKEN."""
    session = BoundedSession()
    session.headers["Authorization"] = f"Bearer {needed(name, 'SENTRY_TOKEN', settings.sentry_token)}"
    return SentryIssues(
        name=name,
        terms=terms,
        session=session,
        url=settings.sentry_url.rstrip("/"),
        organisation=option(name, terms.options, "organization"),
        query=terms.options.get("query", "is:unresolved"),
        lookback=float(str(seconds(terms.options.get("lookback", "1d")))),
        pause=pause_towards(settings.sentry_url),
    )
