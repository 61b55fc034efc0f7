"""A loopback PostHog: one project's error tracking, summaries of recorded sessions, and insight alerts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.faults import Fault, Faults
from playground.posthog_query import BadQuery, answered, moment, tracked
from playground.posthog_records import Alert, Check, Event, Issue, IssueState, Json, SessionSummary
from playground.rate import Rate
from playground.wire import Answer, guarded, json_body

SCOPES = frozenset({"query:read", "error_tracking:read", "session_recording:read", "alert:read"})
_ROOT = "/api/projects/{project}/"


@dataclass(eq=False)
class _Problem(Exception):
    status: int
    code: str
    detail: str
    attr: str | None = None


class PostHog:
    """A PostHog with one project, whose private API opens to one personal API key."""

    def __init__(
        self, key: str, faults: Faults, project: str = "1", scopes: Iterable[str] = SCOPES, rate: Rate | None = None
    ) -> None:
        self.address: str | None = None
        self._key = key
        self._faults = faults
        self._project = project
        self._scopes = frozenset(scopes)
        self._rate = rate or Rate()
        self._lock = threading.RLock()
        self._issues: dict[str, Issue] = {}
        self._sessions: dict[str, SessionSummary] = {}
        self._alerts: dict[str, Alert] = {}
        self._answers: dict[
            str, Json
        ] = {}  # to queries, which are given again unless an answer is to be worked out anew
        routes: list[tuple[str, str, str, str, Callable[[Request, Any], Json]]] = [
            ("query/", "POST", "query", "query:read", self._query),
            ("single_session_summaries/", "GET", "summaries.list", "session_recording:read", self._list_sessions),
            ("single_session_summaries/{id}/", "GET", "summaries.get", "session_recording:read", self._get_session),
            ("error_tracking/issues/", "GET", "issues.list", "error_tracking:read", self._list_issues),
            ("error_tracking/issues/{id}/", "GET", "issues.get", "error_tracking:read", self._get_issue),
            ("alerts/", "GET", "alerts.list", "alert:read", self._list_alerts),
            ("alerts/{id}/", "GET", "alerts.get", "alert:read", self._get_alert),
        ]
        self.app = Starlette(
            routes=[
                Route(_ROOT + path, partial(self._serve, call, scope, perform), methods=[method])
                for path, method, call, scope, perform in routes
            ]
        )

    def serve(self, url: str) -> None:
        """Say at which address the app is served."""
        self.address = url.rstrip("/")

    # What happens in the product

    def happen(self, issue: str, *events: Event, name: str = "Error", description: str = "", **more: str) -> None:
        """These events come in; an issue that was resolved is active again."""
        with self._lock:
            known = self._issues.setdefault(issue, Issue(issue, name, description, [], **more))  # type: ignore[arg-type]
            known.events = sorted([*known.events, *events], key=lambda event: event.at)
            known.state = IssueState.ACTIVE

    def resolve(self, issue: str) -> None:
        """Somebody marks the issue as resolved."""
        with self._lock:
            self._issues[issue].state = IssueState.RESOLVED

    def summarise(self, summary: SessionSummary) -> None:
        """PostHog has written about a session."""
        with self._lock:
            self._sessions[summary.session_id] = summary

    def watch(self, alert: Alert) -> None:
        """Somebody puts an alert on an insight."""
        with self._lock:
            self._alerts[alert.id] = alert

    def check(self, alert: str, check: Check) -> None:
        """PostHog looks at the alert's insight."""
        with self._lock:
            self._alerts[alert].checks.append(check)

    def delete(self, name: str) -> None:
        """Somebody deletes an issue, a session's recording with its summary, or an alert."""
        with self._lock:
            for kept in (self._issues, self._sessions, self._alerts):
                kept.pop(name, None)

    # The API

    async def _serve(
        self, call: str, scope: str, perform: Callable[[Request, Any], Json], request: Request
    ) -> Response:
        raw = await request.body()
        answered = partial(self._answered, scope, perform, request, raw)
        return await guarded(self._faults, f"posthog:{call}", answered, _refusal)

    def _answered(self, scope: str, perform: Callable[[Request, Any], Json], request: Request, raw: bytes) -> Answer:
        with self._lock:
            try:
                self._authenticate(request, scope)
                if wait := self._rate.wait():
                    return _throttled(wait)
                return Answer(200, perform(request, _body(raw)))
            except _Problem as problem:
                kinds = {400: "validation_error", 404: "invalid_request"}
                body = {
                    "type": kinds.get(problem.status, "authentication_error"),
                    "code": problem.code,
                    "detail": problem.detail,
                    "attr": problem.attr,
                }
                return Answer(problem.status, body)

    def _authenticate(self, request: Request, scope: str) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not key:
            raise _Problem(401, "not_authenticated", "Authentication credentials were not provided.")
        if scheme != "Bearer" or key != self._key:
            raise _Problem(
                401, "authentication_failed", "Personal API key found in request Authorization header is invalid."
            )
        if request.path_params["project"] != self._project:
            raise _Problem(404, "not_found", "Project not found.")
        if scope not in self._scopes:
            raise _Problem(403, "permission_denied", f"API key missing required scope '{scope}'")

    def _query(self, request: Request, body: Any) -> Json:
        """As QueryRunner.run does: `blocking`, which is the default, answers from the cache for up to six hours."""
        del request
        refresh = (body or {}).get("refresh", "blocking")
        if refresh not in ("blocking", "force_blocking"):
            raise _Problem(400, "invalid_input", "This PostHog knows refresh blocking and force_blocking.", "refresh")
        key = json.dumps((body or {}).get("query"), sort_keys=True)
        if refresh == "force_blocking" or key not in self._answers:
            self._answers[key] = self._worked_out((body or {}).get("query"))
        return self._answers[key]

    def _worked_out(self, query: Any) -> Json:
        try:
            if isinstance(query, dict) and query.get("kind") == "HogQLQuery":
                return answered(query, [event for issue in self._issues.values() for event in issue.events])
            if isinstance(query, dict) and query.get("kind") == "ErrorTrackingQuery":
                return tracked(query, self._issues.values())
        except BadQuery as bad:
            raise _Problem(400, "invalid_input", str(bad), bad.attr) from None
        raise _Problem(400, "invalid_input", "This PostHog answers ErrorTrackingQuery and HogQLQuery.", "query")

    def _list_issues(self, request: Request, _: Any) -> Json:
        return self._page(request, dict(request.query_params), [{"id": issue} for issue in self._issues])

    def _get_issue(self, request: Request, _: Any) -> Json:
        found: Issue = _there(self._issues, request)
        return {"id": found.id, "name": found.name, "status": found.state.value}

    def _list_sessions(self, request: Request, body: Any) -> Json:
        del body
        query = dict(request.query_params)
        _known(query, {"outcome", "order", "date_from", "date_to", "limit", "offset", "session_ids", "has_exceptions"})
        order = query.get("order", "-created_at")
        if order.lstrip("-") not in ("created_at", "session_start_time", "session_duration"):
            raise _Problem(400, "invalid_input", f"Unknown order: {order}", "order")
        try:
            since = moment(query.get("date_from", "2000-01-01"), "date_from")
        except BadQuery as bad:
            raise _Problem(400, "invalid_input", str(bad), bad.attr) from None
        found = [
            each
            for each in self._sessions.values()
            if each.written >= since and query.get("outcome") in (None, "success" if each.success else "failure")
        ]
        rows = sorted(
            (each.row() for each in found), key=lambda row: row[order.lstrip("-")], reverse=order.startswith("-")
        )
        return self._page(request, query, rows)

    def _get_session(self, request: Request, body: Any) -> Json:
        del body
        found: SessionSummary = _there(self._sessions, request)
        return found.as_json()

    def _list_alerts(self, request: Request, body: Any) -> Json:
        del body
        query = dict(request.query_params)
        _known(query, {"limit", "offset", "insight"})
        return self._page(request, query, [alert.as_json() for alert in self._alerts.values()])

    def _get_alert(self, request: Request, body: Any) -> Json:
        del body
        limit = int(request.query_params.get("checks_limit", "5"))
        if not 1 <= limit <= 500:
            raise _Problem(400, "invalid_input", "checks_limit must be between 1 and 500.", "checks_limit")
        found: Alert = _there(self._alerts, request)
        return found.as_json(limit)

    def _page(self, request: Request, query: Mapping[str, str], rows: list[Json]) -> Json:
        limit, offset = int(query.get("limit", "100")), int(query.get("offset", "0"))
        following = request.url.include_query_params(offset=offset + limit)
        return {
            "count": len(rows),
            "next": str(following) if offset + limit < len(rows) else None,
            "previous": None,
            "results": rows[offset : offset + limit],
        }


def _there(known: Mapping[str, Any], request: Request) -> Any:
    found = known.get(request.path_params["id"])
    if found is None:
        raise _Problem(404, "not_found", "Not found.")
    return found


def _known(query: Mapping[str, str], names: set[str]) -> None:
    for name in set(query) - names:
        raise _Problem(400, "invalid_input", f"This PostHog knows no {name}.", name)


def _body(raw: bytes) -> Any:
    try:
        return json_body(raw)
    except ValueError:
        raise _Problem(400, "parse_error", "JSON parse error") from None


def _throttled(wait: int) -> Answer:
    body = {
        "type": "throttled_error",
        "code": "throttled",
        "detail": f"Request was throttled. Expected available in {wait} seconds.",
        "attr": None,
    }
    return Answer(429, body, {"Retry-After": str(wait)})


def _refusal(fault: Fault) -> Answer:
    if fault.status == 429:
        return _throttled(fault.retry_after)
    return Answer(
        fault.status, {"type": "server_error", "code": "error", "detail": "A server error occurred.", "attr": None}
    )
