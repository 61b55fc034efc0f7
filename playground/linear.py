"""A loopback Linear: the issues of one workspace, over the parts of its GraphQL API that the bot uses."""

from __future__ import annotations

import base64
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.faults import Fault, Faults
from playground.linear_records import Change, Comment, LinearIssue, stamp
from playground.rate import Rate
from playground.wire import Answer, guarded, json_body

__all__ = ["Change", "Comment", "Linear", "LinearIssue", "stamp"]

Json = dict[str, Any]
_LARGEST = 250
_VERSION = 4  # of ids, as the schema has them
_MUTATIONS = ("issueCreate", "attachmentLinkURL")  # calls with names of their own
_WORDS = frozenset(
    """
    query Issues IssueFilter Int String issues filter first after orderBy updatedAt nodes pageInfo hasNextPage endCursor
    identifier previousIdentifiers title description url priority priorityLabel createdAt state name type team key
    creator assignee labels attachments history fromState toState
    trashed Teams TeamFilter teams Labels IssueLabelFilter issueLabels
    Search searchIssues term includeComments true Issue issue id comments body user
    mutation Create IssueCreateInput input issueCreate success Link attachmentLinkURL issueId
    """.split()  # noqa: SIM905 a list of that many strings could not be read
)


@dataclass(eq=False)
class _Problem(Exception):
    status: int
    code: str
    message: str


class Linear:
    """A Linear with one workspace, whose API opens to one key."""

    def __init__(self, key: str, faults: Faults, rate: Rate | None = None) -> None:
        self.address: str | None = None
        self.may_write = True  # what the key's owner allowed it
        self._key = key
        self._faults = faults
        self._rate = rate or Rate()
        self._lock = threading.RLock()
        self._issues: dict[str, LinearIssue] = {}
        self._withheld: dict[str, tuple[str, str]] = {}  # of issues: a field, and the code that stands for it
        self._teams: set[str] = set()  # that were made, or lost an issue
        self.app = Starlette(routes=[Route("/graphql", self._serve, methods=["POST"])])

    def serve(self, url: str) -> None:
        """Say at which address the app is served."""
        self.address = f"{url.rstrip('/')}/graphql"

    # What people do

    def add_team(self, key: str) -> None:
        """Somebody makes a team."""
        with self._lock:
            self._teams.add(key)

    def issues(self) -> list[LinearIssue]:
        """All of them, in the order in which they were made."""
        with self._lock:
            return list(self._issues.values())

    def put(self, issue: LinearIssue) -> None:
        """Somebody writes an issue, or another version of it."""
        with self._lock:
            self._issues[issue.identifier] = issue

    def withhold(self, identifier: str, field: str = "", code: str = "FORBIDDEN") -> None:
        """A field of an issue in a list is null, with an error beside the data; without a field, none any more."""
        with self._lock:
            self._withheld = {identifier: (field, code)} if field else {}

    def move(self, identifier: str, state: str, at: datetime) -> None:
        """Somebody moves an issue to another state."""
        with self._lock:
            issue = self._issues[identifier]
            history = (*issue.history, Change(at, issue.state, state))
            self._issues[identifier] = replace(issue, state=state, updated=at, history=history)

    def delete(self, identifier: str, *, for_good: bool = False) -> None:
        """Somebody deletes an issue: it lies in the trash for thirty days."""
        with self._lock:
            self._teams.add(self._issues[identifier].team)
            if for_good:
                del self._issues[identifier]
            else:
                self._issues[identifier] = replace(self._issues[identifier], trashed=True)

    # The API

    async def _serve(self, request: Request) -> Response:
        raw = await request.body()
        written = next((each for each in _MUTATIONS if each.encode() in raw), "")
        call = f"linear:{written or 'graphql'}"
        return await guarded(self._faults, call, partial(self._answered, request, raw), _refusal)

    def _answered(self, request: Request, raw: bytes) -> Answer:
        with self._lock:
            try:
                self._authenticate(request)
                if wait := self._rate.wait():
                    return _limited(wait)
                data = self._asked(raw)
                return Answer(200, {"data": data, **self._partly(data)})
            except _Problem as problem:
                return Answer(problem.status, _errors(problem.message, problem.code))

    def _authenticate(self, request: Request) -> None:
        if request.headers.get("authorization") != self._key:
            raise _Problem(401, "AUTHENTICATION_ERROR", "Authentication required, not authenticated")

    def _asked(self, raw: bytes) -> Json:
        """What a query asks for: issues, those that match words, or one."""
        try:
            body = json_body(raw) or {}
            query, variables = str(body["query"]), dict(body.get("variables") or {})
        except (ValueError, KeyError, TypeError):
            raise _Problem(400, "GRAPHQL_VALIDATION_FAILED", "Must provide a query string.") from None
        for word in re.findall(r"(?<!\$)\b[A-Za-z]\w*", query):
            if word not in _WORDS:
                raise _Problem(400, "GRAPHQL_VALIDATION_FAILED", f'Cannot query field "{word}".')
        root = re.search(r"\{\s*(\w+)", query)
        match root[1] if root else "":
            case "searchIssues":
                return {"searchIssues": self._search(variables)}
            case "teams":
                return {"teams": {"nodes": self._teams_by(variables.get("filter") or {})}}
            case "issueLabels":
                return {"issueLabels": {"nodes": self._labels_by(variables.get("filter") or {})}}
            case "issue":
                return {"issue": self._one(str(variables.get("id"))).as_json()}
            case mutation if mutation in _MUTATIONS:
                return {mutation: self._written(mutation, variables)}
            case _:
                return {"issues": self._page(variables)}

    def _teams_by(self, wanted: Mapping[str, Any]) -> list[Json]:
        keys = wanted.get("key") or {}
        known = sorted(self._teams | {issue.team for issue in self._issues.values()})
        found = [key for key in known if key in keys.get("in", known) and key == keys.get("eq", key)]
        return [{"id": team_id(key), "key": key} for key in found]

    def _labels_by(self, wanted: Mapping[str, Any]) -> list[Json]:
        names = [each["name"]["eqIgnoreCase"].lower() for each in wanted.get("or") or []]
        known = sorted({label for issue in self._issues.values() for label in issue.labels})
        return [{"name": label} for label in known if not wanted or label.lower() in names]

    def _partly(self, data: Json) -> Json:
        """Takes out of a list of issues what is withheld; the errors that say so."""
        errors: list[Json] = []
        for number, node in enumerate((data.get("issues") or {}).get("nodes") or []):
            if node["identifier"] in self._withheld:
                field, code = self._withheld[node["identifier"]]
                node[field] = None
                said = {"message": "Not to be had", "path": ["issues", "nodes", number, field]}
                errors.append({**said, "extensions": {"code": code}})
        return {"errors": errors} if errors else {}

    def _one(self, name: str) -> LinearIssue:
        """By its identifier or its id."""
        found = next((issue for issue in self._issues.values() if name in {issue.identifier, issue.id}), None)
        if found is None:
            raise _Problem(400, "INPUT_ERROR", "Entity not found: Issue - Could not find referenced Issue.")
        return found

    def _written(self, mutation: str, variables: Mapping[str, Any]) -> Json:
        if not self.may_write:  # before anything is looked up, as Linear does
            raise _Problem(400, "FORBIDDEN", "Invalid scope: `write` required")
        if mutation == "attachmentLinkURL":
            issue = self._one(str(variables["issueId"]))
            self.put(replace(issue, links=(*issue.links, str(variables["url"])), updated=datetime.now(UTC)))
            return {"success": True}
        given = dict(variables["input"])
        known = self._teams | {issue.team for issue in self._issues.values()}
        team = next((key for key in known if team_id(key) == given["teamId"]), None)
        if team is None:
            raise _Problem(400, "INPUT_ERROR", "Entity not found: Team - Could not find referenced Team.")
        if uuid.UUID(given["id"]).version != _VERSION:
            raise _Problem(400, "INPUT_ERROR", "Argument Validation Error: id must be a UUID v4")
        if any(issue.id == given["id"] for issue in self._issues.values()):
            raise _Problem(400, "INPUT_ERROR", "Argument Validation Error: id is taken")
        made = self._made(team, given)
        self.put(made)
        return {"success": True, "issue": made.as_json()}

    def _made(self, team: str, given: Mapping[str, Any]) -> LinearIssue:
        numbers = [int(each.identifier.rpartition("-")[2]) for each in self._issues.values() if each.team == team]
        identifier, at = f"{team}-{max(numbers, default=0) + 1}", datetime.now(UTC)
        url = f"https://linear.example/issue/{identifier}"
        return LinearIssue(identifier, str(given["title"]), str(given["description"]), url, at, at, id=given["id"])

    def _search(self, variables: Mapping[str, Any]) -> Json:
        term, first = variables.get("term"), variables.get("first") or 50
        if not isinstance(term, str) or not term.strip():
            raise _Problem(400, "INVALID_INPUT", "Argument Validation Error: term should not be empty")
        words = term.lower().split()
        found = [issue for issue in self._issues.values() if all(word in _text(issue) for word in words)]
        return {"nodes": [issue.as_json() for issue in found[: min(first, _LARGEST)]]}

    def _page(self, variables: Mapping[str, Any]) -> Json:
        first = variables.get("first") or 50
        if not isinstance(first, int) or not 1 <= first <= _LARGEST:
            raise _Problem(400, "INVALID_INPUT", f"Argument Validation Error: first must be at most {_LARGEST}")
        found = [
            issue
            for issue in self._issues.values()
            if not issue.trashed and _matches(issue, variables.get("filter") or {})
        ]
        found.sort(key=lambda issue: (issue.updated, issue.identifier), reverse=True)
        if variables.get("after"):
            place = _read_cursor(str(variables["after"]))
            found = [issue for issue in found if (issue.updated, issue.identifier) < place]
        page = found[:first]
        return {
            "nodes": [issue.as_json() for issue in page],
            "pageInfo": {"hasNextPage": len(found) > first, "endCursor": _cursor(page[-1]) if page else None},
        }


def _text(issue: LinearIssue) -> str:
    comments = " ".join(comment.body for comment in issue.comments)
    return f"{issue.identifier} {issue.title} {issue.description} {comments}".lower()


def _matches(issue: LinearIssue, wanted: Mapping[str, Any]) -> bool:
    tests = {
        "updatedAt": lambda given: issue.updated >= datetime.fromisoformat(given["gte"]),
        "state": lambda given: issue.state not in given["type"]["nin"],
        "team": lambda given: issue.team in given["key"]["in"],
        "labels": lambda given: given["some"]["name"]["eqIgnoreCase"].lower() in map(str.lower, issue.labels),
        "or": lambda given: any(_matches(issue, each) for each in given),
    }
    for name in set(wanted) - set(tests):
        raise _Problem(400, "INVALID_INPUT", f'Field "{name}" is not defined by type "IssueFilter".')
    try:
        return all(tests[name](given) for name, given in wanted.items())
    except (KeyError, TypeError, ValueError):
        raise _Problem(400, "INVALID_INPUT", "Argument Validation Error: this filter is not understood") from None


def _cursor(issue: LinearIssue) -> str:
    return base64.b64encode(f"{issue.updated.isoformat()}|{issue.identifier}".encode()).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        at, _, identifier = base64.b64decode(text).decode().partition("|")
        return datetime.fromisoformat(at), identifier
    except ValueError:
        raise _Problem(400, "INVALID_INPUT", "Argument Validation Error: after is no cursor of ours") from None


def _errors(message: str, code: str) -> Json:
    return {"errors": [{"message": message, "extensions": {"code": code, "type": code.lower()}}]}


def _limited(wait: int) -> Answer:
    """Linear says it with a 400 and a code, and when the bucket is full again: here the one for dear queries."""
    now = datetime.now(UTC).timestamp()
    headers = {
        "X-RateLimit-Requests-Remaining": "1200",
        "X-RateLimit-Requests-Reset": str(int((now + 1) * 1000)),
        "X-RateLimit-Complexity-Remaining": "0",
        "X-RateLimit-Complexity-Reset": str(int((now + wait) * 1000)),
    }
    return Answer(400, _errors("Rate limit exceeded", "RATELIMITED"), headers)


def _refusal(fault: Fault) -> Answer:
    if fault.status == 429:
        answer = _limited(fault.retry_after)
        return Answer(429, answer.body, {**answer.headers, "Retry-After": str(fault.retry_after)})
    return Answer(fault.status, _errors("Internal server error", "INTERNAL_SERVER_ERROR"))


def team_id(key: str) -> str:
    """The id of the team with this key."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"team:{key}"))
