"""A loopback Sentry: the issues of one organisation, and the latest event of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.faults import Fault, Faults
from playground.sentry_records import (
    ErrorSeen,
    IssueStatus,
    Json,
    SentryIssue,
    Substatus,
    activity_json,
    event_json,
    issue_json,
    listed_json,
)
from playground.sentry_search import BadSearch, matching, window
from playground.wire import Answer, guarded

PAGE, LARGEST_PAGE = 25, 100
TOO_OFTEN = "You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds"
ISSUES = "/api/0/organizations/{organisation}/issues/"


@dataclass(eq=False)
class _Problem(Exception):
    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Sentry:
    """A Sentry with one organisation, whose API opens to one token."""

    def __init__(
        self,
        token: str,
        faults: Faults,
        organisation: str = "acme",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.address: str | None = None
        self._token = token
        self._faults = faults
        self._organisation = organisation
        self._now = now
        self._lock = threading.RLock()
        self._issues: dict[str, SentryIssue] = {}
        self._gone: frozenset[str] = frozenset()  # projects that are called something else now
        self.app = Starlette(
            routes=[
                Route(ISSUES, partial(self._serve, "issues.list", self._list)),
                Route(ISSUES + "{id}/", partial(self._serve, "issues.get", self._get)),
                Route(ISSUES + "{id}/events/latest/", partial(self._serve, "events.latest", self._latest)),
            ],
            exception_handlers={404: _unknown},
        )

    def serve(self, url: str) -> None:
        """Say at which address the app is served; without it, links begin with the address the client came by."""
        self.address = url.rstrip("/")

    # What happens in production

    def add_issue(
        self,
        error: ErrorSeen,
        *,
        first_seen: datetime | None = None,
        last_seen: datetime | None = None,
        substatus: Substatus = Substatus.NEW,
    ) -> str:
        """A new issue, last seen now unless told; returns its id. Raises ValueError for a short id that is taken."""
        with self._lock:
            if error.short_id in {issue.error.short_id for issue in self._issues.values()}:
                raise ValueError(f"There is an issue {error.short_id} already: use happen() for another event of it.")
            last = (last_seen or self._now()).replace(microsecond=0)
            first = (first_seen or last).replace(microsecond=0)
            number = str(5_100_000_001 + len(self._issues))
            came = [(last, error.events)]
            self._issues[number] = SentryIssue(
                number, error, first, last, error.events, error.users, substatus=substatus, came=came
            )
            return number

    def happen(self, short_id: str, *, events: int = 1, at: datetime | None = None, release: str = "") -> None:
        """The error came again, in another release if one is given; what was resolved is unresolved and regressed."""
        with self._lock:
            issue = self._known(short_id)
            issue.events += events
            issue.last_seen = (at or self._now()).replace(microsecond=0)
            issue.came.append((issue.last_seen, events))
            issue.error = replace(issue.error, release=release or issue.error.release)
            if issue.status is IssueStatus.RESOLVED:
                issue.status, issue.substatus = IssueStatus.UNRESOLVED, Substatus.REGRESSED
                issue.activity.append(("set_regression", issue.last_seen))

    def escalate(self, short_id: str, *, events: int = 1000, at: datetime | None = None) -> None:
        """The error comes much more often than it used to."""
        with self._lock:
            self.happen(short_id, events=events, at=at)
            issue = self._known(short_id)
            issue.status, issue.substatus = IssueStatus.UNRESOLVED, Substatus.ESCALATING
            issue.activity.append(("set_escalating", issue.last_seen))

    def settle(self, short_id: str) -> None:
        """Time has passed: the issue is an ordinary one."""
        with self._lock:
            self._known(short_id).substatus = Substatus.ONGOING

    def resolve(self, short_id: str) -> None:
        """Somebody marks the issue as resolved."""
        with self._lock:
            issue = self._known(short_id)
            issue.status, issue.substatus = IssueStatus.RESOLVED, None
            issue.activity.append(("set_resolved", self._now()))

    def rename_project(self, slug: str) -> None:
        """Nothing is known by this name any more."""
        with self._lock:
            self._gone |= {slug}

    def delete(self, short_id: str) -> None:
        """Somebody deletes the issue with all its events."""
        with self._lock:
            del self._issues[self._known(short_id).id]

    def issues(self) -> tuple[Json, ...]:
        """Every issue as the API shows it, oldest first."""
        with self._lock:
            base = self.address or ""
            return tuple(issue_json(issue, base, self._organisation) for issue in self._issues.values())

    def _known(self, name: str) -> SentryIssue:
        for issue in self._issues.values():
            if name in (issue.id, issue.error.short_id):
                return issue
        raise _Problem(404, "The requested resource does not exist")

    # The API

    async def _serve(self, call: str, perform: Callable[[Request], Answer], request: Request) -> Response:
        return await guarded(self._faults, f"sentry:{call}", partial(self._answered, perform, request), self._refusal)

    def _answered(self, perform: Callable[[Request], Answer], request: Request) -> Answer:
        with self._lock:
            try:
                self._authenticate(request)
                answer = perform(request)
            except _Problem as problem:
                answer = Answer(problem.status, {"detail": problem.detail}, problem.headers)
        return Answer(answer.status, answer.body, {**self._limits(39), **answer.headers})

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            raise _Problem(401, "Authentication credentials were not provided.")
        if scheme.lower() != "bearer" or token != self._token:
            raise _Problem(401, "Invalid token")
        if request.path_params["organisation"] != self._organisation:
            raise _Problem(403, "You do not have permission to perform this action.")

    def _limits(self, remaining: int) -> dict[str, str]:
        return {
            "X-Sentry-Rate-Limit-Limit": "40",
            "X-Sentry-Rate-Limit-Remaining": str(remaining),
            "X-Sentry-Rate-Limit-Reset": str(int(self._now().timestamp()) + 1),
            "X-Sentry-Rate-Limit-ConcurrentLimit": "25",
            "X-Sentry-Rate-Limit-ConcurrentRemaining": "24",
        }

    def _refusal(self, fault: Fault) -> Answer:
        if fault.status == 429:
            headers = {**self._limits(0), "Retry-After": str(fault.retry_after)}
            return Answer(429, {"detail": TOO_OFTEN}, headers)
        return Answer(fault.status, {"detail": "Internal Error", "errorId": None}, self._limits(39))

    def _base(self, request: Request) -> str:
        return self.address or str(request.base_url).rstrip("/")

    def _list(self, request: Request) -> Answer:
        query, base = dict(request.query_params), self._base(request)
        size, offset = _page_size(query), _offset(query)
        try:
            found = matching(list(self._issues.values()), query, self._now(), self._gone)
        except BadSearch as fault:
            raise _Problem(400, str(fault)) from None
        page = found[offset : offset + size]
        url = f"{base}{request.url.path}"
        headers = {"Link": _links(url, query, offset, size, len(found)), "X-Hits": str(len(found))}
        start, _ = window(query, self._now())
        return Answer(200, [listed_json(issue, base, self._organisation, start) for issue in page], headers)

    def _get(self, request: Request) -> Answer:
        issue = self._known(request.path_params["id"])
        shown = issue_json(issue, self._base(request), self._organisation)
        return Answer(200, {**shown, "activity": activity_json(issue)})

    def _latest(self, request: Request) -> Answer:
        return Answer(200, event_json(self._known(request.path_params["id"])))


def _page_size(query: Mapping[str, str]) -> int:
    text = query.get("limit", query.get("per_page", str(PAGE)))
    if not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise _Problem(400, f"Invalid per_page value. Must be between 1 and {LARGEST_PAGE}.")
    return int(text)


def _offset(query: Mapping[str, str]) -> int:
    """Where a page begins: a cursor is value:offset:is_previous."""
    parts = query.get("cursor", "0:0:0").split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise _Problem(400, "Invalid cursor parameter.")
    return int(parts[1])


def _links(url: str, query: Mapping[str, str], offset: int, size: int, total: int) -> str:
    """Both neighbours are always there; `results` says whether going there is worth it."""
    back, onward = f"0:{max(0, offset - size)}:1", f"0:{offset + size}:0"
    neighbours = (("previous", back, offset > 0), ("next", onward, offset + size < total))
    return ", ".join(
        f'<{url}?{urlencode({**query, "cursor": cursor})}>; rel="{rel}"; '
        f'results="{"true" if results else "false"}"; cursor="{cursor}"'
        for rel, cursor, results in neighbours
    )


async def _unknown(request: Request, fault: Exception) -> Response:
    del request, fault
    return Answer(404, {"detail": "The requested resource does not exist"}).response()
