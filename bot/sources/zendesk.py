"""Zendesk tickets as signals: a ticket's first message is kept, the newest of the conversation are added.

The requester and everybody who wrote are people outside: their names go with the signal only so that the redactor can
take them out. The shapes are those of Zendesk's published reference (incremental export by cursor, ticket comments);
they were run against the playground's loopback server only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from agents.adapters.sessions import BoundedSession
from agents.errors import NotAtSource, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.settings import Settings
from bot.sources.naming import strange
from bot.sources.reading import Reading, moment, moment_in, name_in
from bot.sources.source import Position, Pulled, ask, has_come, needed
from bot.sources.zendesk_access import OAuthClient
from bot.sources.zendesk_words import said_anew
from storage.columns import now
from storage.raw import RawSignal, Severity, parted

PAGE = 50
_NEWEST = 5  # messages that are added to the first
_FIRST, _LATER = 20_000, 3_000  # characters of a message that are kept
_HEAD = "\n\n[customer, 2026-11-21] "  # stands before each later one
_YOUNGEST = dt.timedelta(seconds=61)  # an export may not begin within the last minute
_DELETED = "deleted"  # the export goes on telling of a ticket that was
_DONE = frozenset({"solved", "closed", _DELETED})
_SEVERITY = {"urgent": Severity.ERROR, "high": Severity.ERROR, "low": Severity.INFO}


Later = tuple[Sequence[str], Sequence[Mapping[str, Any]]]
"""Messages after the first, and who wrote."""

_NONE: Later = ((), ())


class ZendeskPosition(Position):
    """How far Zendesk has been read, in its own words; before there are any, tickets are read from `since` on."""

    cursor: str = ""


@dataclass(frozen=True)
class ZendeskTickets:
    """Reads the tickets of one Zendesk that are not solved, or those of them with one of some tags."""

    name: str
    terms: SourceTerms
    session: requests.Session
    url: str
    tags: frozenset[str]
    lookback: float  # seconds, at the first pull
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """At most PAGE tickets that changed since the cursor."""
        at = ZendeskPosition.at(cursor, self.lookback)
        begin = int(min(at.since, now() - _YOUNGEST).timestamp())
        where = {"cursor": at.cursor} if at.cursor else {"start_time": str(begin)}
        page = self._get(
            "incremental/tickets/cursor.json", {**where, "per_page": str(PAGE), "include": "users,metric_sets"}
        )
        reading = Reading(self.name, _name, failing=self.failing)
        placed = list(reading.each(page["tickets"], _place))
        people = {person.get("id"): person for person in page.get("users") or [] if person}
        newest = max((moved for _, (moved, _) in placed if has_come(moved)), default=at.since)
        following = ZendeskPosition(since=max(at.since, newest), cursor=page.get("after_cursor") or at.cursor)
        wanted = [ticket for ticket, _ in placed if self._is_wanted(ticket)]
        read = reading.each(wanted, lambda ticket: self._signal(ticket, people, reading))
        signals = tuple(signal for _, signal in read)
        deleted = tuple(name for ticket, (_, name) in placed if ticket.get("status") == _DELETED)
        more = not page["end_of_stream"]
        return Pulled(signals, following.model_dump_json(), more, gone=deleted, unread=reading.unread)

    def strangers(self) -> tuple[str, ...]:
        """The tags that no ticket has. Zendesk lists only those that are used most, and counts any."""
        unused = [each for each in sorted(self.tags) if not self._count(f'type:ticket tags:"{each}"')]
        there = [str(tag["name"]) for tag in self._get("tags.json", {"page[size]": "100"})["tags"]] if unused else []
        return tuple(f"{strange('tag', each, there)} (of those that tickets have)" for each in unused)

    def _count(self, query: str) -> int:
        return int(self._get("search/count.json", {"query": query})["count"])

    def _is_wanted(self, ticket: Mapping[str, Any]) -> bool:
        if ticket.get("status") in _DONE:
            return False
        return not self.tags or bool(self.tags & set(ticket.get("tags") or []))

    def _signal(
        self, ticket: Mapping[str, Any], people: Mapping[object, Mapping[str, Any]], reading: Reading
    ) -> RawSignal:
        later, writers = _NONE
        if ticket["updated_at"] != ticket.get("created_at"):
            later, writers = reading.beside(ticket, "its later messages", lambda: self._later(ticket), _NONE)
        requester = people.get(ticket.get("requester_id")) or {}
        names = [str(person["name"]) for person in (requester, *writers) if person.get("name")]
        url = f"{self.url}/agent/tickets/{ticket['id']}"
        metrics = ticket.get("metric_set") or {}
        reopens = int(metrics.get("reopens") or 0)
        first = str(ticket.get("description") or "").rstrip()
        body, parts = parted((first, _FIRST), *((f"\n\n{each}", _LATER + len(_HEAD)) for each in later))
        again = metrics.get("requester_updated_at") if reopens else None
        return RawSignal(
            source=self.name,
            external_id=_name(ticket),
            occurrence=f"reopened {reopens}" if reopens else "",
            title=str(ticket.get("subject") or ticket.get("raw_subject") or "Ticket without a subject"),
            body=body,
            parts=parts,
            url=url,
            author=str(requester.get("name") or ""),
            people=tuple(dict.fromkeys(names)),
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_SEVERITY.get(str(ticket.get("priority")), Severity.WARNING),
            keys=(f"zendesk:{ticket['id']}", f"url:{url}"),
            labels=tuple(map(str, ticket.get("tags") or ())),
            happened_at=moment(again) if again else moment_in(ticket, "created_at"),
        )

    def _later(self, ticket: Mapping[str, Any]) -> Later:
        """The newest public messages after the first, oldest first; who wrote them, and then who wrote others."""
        params = {"sort": "-created_at", "page[size]": "100", "include": "users"}
        try:
            page = self._get(f"tickets/{ticket['id']}/comments.json", params)
        except NotAtSource:  # it was deleted since it was listed
            return _NONE
        comments = sorted(page["comments"], key=lambda comment: moment(comment["created_at"]), reverse=True)
        began = moment_in(ticket, "created_at")
        first = str(ticket.get("description") or "").strip()  # its comment may be a second younger than the ticket
        later = [each for each in comments if each.get("public") and moment(each["created_at"]) > began]
        public = [each for each in later if str(each.get("body") or "").strip() != first][:_NEWEST]
        said = [_said(each) for each in later]  # the newest first
        lines = [
            f"[{'customer' if each['author_id'] == ticket['requester_id'] else 'support'}, {each['created_at'][:10]}] "
            f"{said_anew(_said(each), [first, *reversed(said[later.index(each) + 1 :])])}"
            for each in reversed(public)
        ]
        shown = {each["author_id"] for each in public}
        return lines, sorted(page.get("users") or [], key=lambda person: person["id"] not in shown)

    def _get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        by_client = isinstance(self.session.auth, OAuthClient)
        entry = "ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET" if by_client else "ZENDESK_EMAIL and ZENDESK_TOKEN"
        check = f"ZENDESK_URL, {entry} (of an administrator: {self.name} reads an export)"
        where = f"{self.url}/api/v2/{path}"
        return dict(ask(self.session, where, params, name=self.name, whose="Zendesk", check=check).json())


def _name(ticket: Mapping[str, Any]) -> str:
    return f"ticket-{name_in(ticket, 'id')}"


def _said(comment: Mapping[str, Any]) -> str:
    return str(comment.get("plain_body") or comment.get("body") or "").strip()


def _place(ticket: Mapping[str, Any]) -> tuple[dt.datetime, str]:
    """When it last changed, and how it is called. Raises Malformed."""
    return moment_in(ticket, "updated_at"), _name(ticket)


def _session(name: str, url: str, settings: Settings) -> requests.Session:
    session = BoundedSession()
    if settings.zendesk_client_id:
        key = needed(name, "ZENDESK_CLIENT_SECRET", settings.zendesk_client_secret)
        session.auth = OAuthClient(url, settings.zendesk_client_id, key)
        return session
    token = needed(name, "ZENDESK_CLIENT_ID (or a ZENDESK_TOKEN)", settings.zendesk_token)
    if settings.zendesk_email:
        session.auth = (f"{settings.zendesk_email.removesuffix('/token')}/token", token)
    else:
        session.headers["Authorization"] = f"Bearer {token}"
    return session


OPTIONAL = ("tags", "lookback")  # options


def open_source(name: str, terms: SourceTerms, settings: Settings) -> ZendeskTickets:
    """The tickets, with one of `options.tags` if given, of the Zendesk at ZENDESK_URL."""
    if not settings.zendesk_url:
        raise SourceRejected(f"ZENDESK_URL is not set; {name} needs it, for example https://acme.zendesk.com")
    url = settings.zendesk_url.rstrip("/")
    return ZendeskTickets(
        name=name,
        terms=terms,
        session=_session(name, url, settings),
        url=url,
        tags=frozenset(terms.options.get("tags", "").lower().replace(",", " ").split()),
        lookback=float(str(seconds(terms.options.get("lookback", "1d")))),
    )
