"""HogQL for the loopback PostHog: a reading query over the project's events, run by an SQLite that cannot write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from playground.posthog_records import Event, Json

_PARTS = frozenset({"kind", "query", "values", "variables", "modifiers", "filters", "tags", "version"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_STEPS = 2_000_000


class BadQuery(Exception):
    """The query is not one that HogQL would take; the message says why."""


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
