"""What PostHog can be asked: a reading HogQL query with few rows, and the steps of a recorded session."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from agents.adapters.sessions import BoundedSession
from agents.errors import SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings, secret
from bot.sources.asking import Told
from bot.sources.posthog_api import Project
from bot.sources.posthog_replays import told
from bot.sources.source import option
from storage.raw import clipped

MOST_ROWS = 100
_LONGEST_CELL = 300  # characters
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,100}")
_READS = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PostHogLookup(Told):
    """Asks one project."""

    project: Project

    def query(self, hogql: str) -> str:
        """The first 100 rows of a SELECT. HogQL cannot write; anything but one SELECT is refused all the same.

        The query is wrapped, so that the bound holds whatever it says. Raises SourceDown or SourceRejected.
        """
        inner = hogql.strip().rstrip(";").strip()
        if not _READS.match(inner) or ";" in inner or "--" in inner or "/*" in inner:
            raise SourceRejected("Only one SELECT without comments and semicolons is asked")
        bounded = f"SELECT * FROM ({inner}) LIMIT {MOST_ROWS + 1}"  # noqa: S608 the query is the point; HogQL only reads
        answer = self.asked(lambda: self.project.query({"kind": "HogQLQuery", "query": bounded}))
        columns = [str(column) for column in answer.get("columns") or []]
        rows = list(answer.get("results") or [])
        lines = [" | ".join(columns), *(" | ".join(_cell(cell) for cell in row) for row in rows[:MOST_ROWS])]
        lines.append(f"({len(rows[:MOST_ROWS])} rows{', there are more' if len(rows) > MOST_ROWS else ''})")
        return "\n".join(lines)

    def replay(self, session: str) -> str:
        """The steps of a session, from PostHog's own summary of it. Raises SourceDown or SourceRejected."""
        if not _SESSION.fullmatch(session):
            raise SourceRejected(f"{session!r} is no id of a session")
        row = self.asked(lambda: self.project.get(f"single_session_summaries/{session}/"))
        return told(row, f"{self.project.page}/replay/{session}")


def _cell(cell: object) -> str:
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_CELL else f"{clipped(plain, _LONGEST_CELL)} […]"


def open_lookup(name: str, terms: SourceTerms, settings: Settings) -> PostHogLookup:
    """What a PostHog source of the policy can be asked, with POSTHOG_API_KEY."""
    session = BoundedSession()
    session.headers["Authorization"] = f"Bearer {secret(settings.posthog_api_key)}"
    project = Project(name, session, settings.posthog_url.rstrip("/"), option(name, terms.options, "project"))
    return PostHogLookup(name, terms, project)
