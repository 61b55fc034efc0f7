"""Sentry's search over issues, as far as a bot needs it: words, `is:`, a few fields, and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from playground.sentry_records import IssueStatus, SentryIssue, Substatus, project_number

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TERM = re.compile(r'(?P<no>!)?(?:(?P<key>[\w.]+):)?(?P<value>"[^"]*"|\S+)')
SORTS: dict[str, Callable[[SentryIssue], datetime | int]] = {
    "date": lambda issue: issue.last_seen,
    "new": lambda issue: issue.first_seen,
    "freq": lambda issue: issue.events,
    "user": lambda issue: issue.users,
}
STATES = {
    **{status.value: status for status in IssueStatus},
    "archived": IssueStatus.IGNORED,
    **{substatus.value: substatus for substatus in Substatus},
}
DEFAULT_QUERY = "is:unresolved"
DEFAULT_PERIOD = "90d"
ALL_PROJECTS = "-1"


class BadSearch(Exception):
    """The search cannot be understood; the sentence is Sentry's `detail`."""


def matching(
    issues: list[SentryIssue], parameters: Mapping[str, str], now: datetime, gone: frozenset[str] = frozenset()
) -> list[SentryIssue]:
    """The issues that a search finds, in its order. Raises BadSearch.

    One that names no project is about those of the teams that the token's owner is in: here in none, which finds
    nothing and is no error (Sentry's OrganizationEndpoint.get_projects).
    """
    sort = parameters.get("sort", "date")
    if sort not in SORTS:
        raise BadSearch(f"Invalid sort: {sort!r}. Must be one of {', '.join(SORTS)}.")
    start, end = window(parameters, now)
    terms = list(TERM.finditer(parameters.get("query", DEFAULT_QUERY)))
    _known_projects(gone, terms)
    tests = [_test(match) for match in terms]
    asked = parameters.get("project")
    found = [
        issue
        for issue in issues
        if asked in (ALL_PROJECTS, project_number(issue.error.project))
        and issue.last_seen >= start
        and issue.first_seen <= end
        and all(test(issue) for test in tests)
    ]
    return sorted(found, key=lambda issue: (SORTS[sort](issue), issue.id), reverse=True)


def _known_projects(gone: frozenset[str], terms: list[re.Match[str]]) -> None:
    named = {term["value"].strip('"') for term in terms if term["key"] in ("project", "project.name")}
    if unknown := sorted(named & gone):
        raise BadSearch(f"Invalid query. Project(s) {', '.join(unknown)} do not exist or are not actively selected.")


def window(parameters: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """The time that a search is about. Raises BadSearch."""
    if "statsPeriod" not in parameters and "start" in parameters:
        return _time(parameters["start"]), _time(parameters.get("end", now.isoformat()))
    return now - _period(parameters.get("statsPeriod") or DEFAULT_PERIOD), now


def _period(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+)([smhdw])", text)
    if match is None:
        raise BadSearch(f"Invalid statsPeriod: {text!r}")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadSearch(f"{text} is not a valid ISO8601 date query") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _test(match: re.Match[str]) -> Callable[[SentryIssue], bool]:
    key, value, no = match["key"], match["value"].strip('"'), bool(match["no"])
    holds = _is(value) if key == "is" else _has(key, value)
    return lambda issue: holds(issue) is not no


def _is(value: str) -> Callable[[SentryIssue], bool]:
    state = STATES.get(value)
    if state is None:
        raise BadSearch(f'Invalid value for "is" search, valid values are {sorted(STATES)}')
    return lambda issue: state in (issue.status, issue.substatus)


def _has(key: str | None, value: str) -> Callable[[SentryIssue], bool]:
    if key is None:
        return lambda issue: value.lower() in f"{issue.error.title} {issue.error.culprit}".lower()
    if key in ("project", "project.name"):
        return lambda issue: issue.error.project == value
    if key in ("issue", "issue.id"):
        return lambda issue: value in (issue.error.short_id, issue.id)
    if key in ("lastSeen", "firstSeen"):
        return _seen(key, value)
    return lambda issue: issue.error.all_tags().get(key) == value


def _seen(key: str, value: str) -> Callable[[SentryIssue], bool]:
    """`lastSeen:>2026-11-19T08:00:00` or `firstSeen:<=...`."""
    match = re.fullmatch(r"([<>]=?)(.+)", value)
    if match is None:
        raise BadSearch(f"{value} is not a valid search for {key}: write {key}:> and a time in ISO 8601")
    at, later = _time(match[2]), match[1].startswith(">")
    or_equal = match[1].endswith("=")

    def test(issue: SentryIssue) -> bool:
        seen = issue.last_seen if key == "lastSeen" else issue.first_seen
        return (seen == at and or_equal) or (seen > at if later else seen < at)

    return test
