"""The queries that the loopback PostHog answers: its error tracking, and HogQL.

HogQL is a reading query over the project's events, run by an SQLite that cannot write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from playground.posthog_records import Event, Issue, Json

_TRACKED_PARTS = frozenset(
    """
    kind assignee dateRange filterGroup filterTestAccounts issueId limit offset orderBy orderDirection personId
    searchQuery status volumeResolution withAggregations withFirstEvent withLastEvent tags version modifiers
    """.split()  # noqa: SIM905 a list of that many strings could not be read
)
_NEEDED = ("dateRange", "orderBy", "volumeResolution")
_ORDERS = ("last_seen", "first_seen", "occurrences", "users", "sessions")
_PARTS = frozenset({"kind", "query", "values", "variables", "modifiers", "filters", "tags", "version"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_STEPS = 2_000_000


class BadQuery(Exception):
    """The query is not one that PostHog would take; the message says why, `attr` where."""

    def __init__(self, said: str, attr: str = "query") -> None:
        super().__init__(said)
        self.attr = attr


def tracked(query: Mapping[str, Any], issues: Iterable[Issue]) -> Json:
    """A page of issues with what happened to each in the query's time. Raises BadQuery."""
    _examine(query)
    since = moment(query["dateRange"].get("date_from"), "dateRange")
    state = query.get("status")
    found = [
        (issue, events)
        for issue, events in ((issue, issue.within(since)) for issue in issues)
        if events and query.get("issueId") in (None, issue.id) and state in (None, "all", issue.state.value)
    ]
    found.sort(key=lambda each: _rank(query["orderBy"], *each), reverse=query.get("orderDirection") != "ASC")
    offset, limit = int(query.get("offset") or 0), int(query.get("limit") or 50)
    page = found[offset : offset + limit]
    return {
        "results": [issue.as_json(events, query) for issue, events in page],
        "hasMore": offset + limit < len(found),
        "limit": limit,
        "offset": offset,
        "columns": ["error", "occurrences"],
    }


def moment(text: object, attr: str) -> datetime:
    """A date as a query writes it. Raises BadQuery."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadQuery(f"{text!r} is no date.", attr) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def answered(query: Mapping[str, Any], events: Iterable[Event]) -> Json:
    """Rows and columns, at most 100 unless the query bounds itself, as PostHog does. Raises BadQuery."""
    if extra := sorted(set(query) - _PARTS):
        raise BadQuery(f"not permitted: {extra}")
    if not isinstance(query.get("query"), str):
        raise BadQuery("query: Field required")
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE TABLE events (uuid, event, distinct_id, timestamp, properties)")
        rows = [each.as_json() for each in events]
        database.executemany(
            "INSERT INTO events VALUES (:uuid, '$exception', :distinct_id, :timestamp, :properties)", rows
        )
        database.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _ALLOWED else sqlite3.SQLITE_DENY)
        database.set_progress_handler(lambda: 1, _STEPS)
        ran = database.execute(query["query"])
        bounded = "limit" in query["query"].lower()
        results = [list(row) for row in (ran.fetchall() if bounded else ran.fetchmany(100))]
        return {"results": results, "columns": [column[0] for column in ran.description], "hasMore": False}
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise BadQuery(str(error)) from None
    finally:
        database.close()


def _rank(order: str, issue: Issue, events: list[Event]) -> Any:
    ranks = {
        "last_seen": events[-1].at,
        "first_seen": issue.events[0].at,
        "occurrences": len(events),
        "users": len({event.person for event in events}),
        "sessions": len(events),
    }
    return ranks[order], issue.id


def _examine(query: Mapping[str, Any]) -> None:
    missing = [part for part in _NEEDED if part not in query]
    extra = sorted(set(query) - _TRACKED_PARTS)
    if missing or extra:
        raise BadQuery(f"missing: {missing}, not permitted: {extra}")
    if query["orderBy"] not in _ORDERS or query.get("orderDirection") not in (None, "ASC", "DESC"):
        raise BadQuery("orderBy or orderDirection is none of the known ones")
