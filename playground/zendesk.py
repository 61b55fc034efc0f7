"""A loopback Zendesk: tickets, their comments, and the people who wrote them."""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.faults import Fault, Faults
from playground.rate import Rate
from playground.wire import Answer, guarded, json_body
from playground.zendesk_records import Comment, Json, Ticket, stamp

CLIENT_ID = "signalbox"  # its secret is the API token
_LASTS = 1800
_LARGEST_EXPORT, _LARGEST_LIST = 1000, 100
_SIDELOADS = frozenset({"users", "metric_sets"})
_UNSETTLED = timedelta(seconds=60)  # what changed that lately is in no export yet


@dataclass(eq=False)
class _Problem(Exception):
    status: int
    error: str
    description: str


@dataclass
class Zendesk:
    """A Zendesk whose API opens to one agent's address and API token, and to its OAuth client's own tokens."""

    token: str
    faults: Faults
    email: str = "bot@acme.example"
    rate: Rate = field(default_factory=Rate)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    address: str = ""
    given: int = 0  # tokens
    _admitted: set[str] = field(default_factory=set)
    _tickets: dict[int, Ticket] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.app = Starlette(
            routes=[
                Route("/oauth/tokens", self._oauth, methods=["POST"]),
                Route("/api/v2/incremental/tickets/cursor.json", partial(self._serve, "export", self._export)),
                Route("/api/v2/tickets/{id:int}/comments.json", partial(self._serve, "comments", self._comments)),
                Route("/api/v2/search/count.json", partial(self._serve, "search.count", self._search_count)),
                Route("/api/v2/tags.json", partial(self._serve, "tags", self._list_tags)),
            ]
        )

    def serve(self, url: str) -> None:
        """Say at which address the app is served."""
        self.address = url.rstrip("/")

    # What people do

    def open(self, ticket: Ticket) -> None:
        """A customer writes a ticket."""
        with self._lock:
            self._tickets[ticket.id] = ticket

    def answer(self, number: int, comment: Comment) -> None:
        """Somebody writes another message; a customer who answers to a solved ticket opens it again."""
        with self._lock:
            ticket = self._tickets[number]
            ticket.comments.append(comment)
            ticket.updated = comment.at
            if ticket.status == "solved" and comment.author == ticket.requester:
                ticket.status, ticket.reopens = "open", ticket.reopens + 1

    def solve(self, number: int, at: datetime) -> None:
        """An agent marks the ticket as solved."""
        with self._lock:
            self._tickets[number].status, self._tickets[number].updated = "solved", at

    def delete(self, number: int, at: datetime) -> None:
        """An agent deletes the ticket; the export tells of that as of any change."""
        with self._lock:
            self._tickets[number].status, self._tickets[number].updated = "deleted", at

    def end_tokens(self) -> None:
        """The tokens that were given out run out."""
        with self._lock:
            self._admitted.clear()

    # The API

    async def _oauth(self, request: Request) -> Response:
        body = json_body(await request.body())
        return await guarded(self.faults, "zendesk:oauth", partial(self._given, body), _refusal)

    def _given(self, asked: object) -> Answer:
        client = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": self.token}
        if not isinstance(asked, dict) or any(asked.get(key) != value for key, value in client.items()):
            return Answer(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if asked.get("scope") != "read":
            return Answer(400, {"error": "invalid_scope", "error_description": "The requested scope is invalid"})
        with self._lock:
            token = secrets.token_hex(32)
            self._admitted.add(token)
            self.given += 1
        return Answer(200, {"access_token": token, "token_type": "bearer", "scope": "read", "expires_in": _LASTS})

    async def _serve(self, call: str, perform: Callable[[Request], Json], request: Request) -> Response:
        return await guarded(self.faults, f"zendesk:{call}", partial(self._answered, perform, request), _refusal)

    def _answered(self, perform: Callable[[Request], Json], request: Request) -> Answer:
        with self._lock:
            try:
                self._authenticate(request)
                if wait := self.rate.wait():
                    return _limited(wait)
                return Answer(200, perform(request))
            except _Problem as problem:
                return Answer(problem.status, {"error": problem.error, "description": problem.description})

    def _authenticate(self, request: Request) -> None:
        right = base64.b64encode(f"{self.email}/token:{self.token}".encode()).decode()
        bearers = {f"Bearer {token}" for token in (self.token, *self._admitted)}
        if request.headers.get("authorization") not in {f"Basic {right}", *bearers}:
            raise _Problem(401, "Couldn't authenticate you", "Couldn't authenticate you")

    def _export(self, request: Request) -> Json:
        query = dict(request.query_params)
        size = _size(query.get("per_page", "1000"), _LARGEST_EXPORT)
        _sideloads(query.get("include", ""))
        after = _read_cursor(query["cursor"]) if "cursor" in query else self._start(query.get("start_time", ""))
        settled = self.now() - _UNSETTLED
        places = sorted((ticket.changed, ticket.id) for ticket in self._tickets.values() if ticket.changed <= settled)
        rest = [place for place in places if place > after]
        page = [self._tickets[number] for _, number in rest[:size]]
        loads = query.get("include", "").split(",")
        body: Json = {
            "tickets": [self._ticket(ticket, loads) for ticket in page],
            "after_cursor": _cursor(*rest[:size][-1]) if page else query.get("cursor"),
            "before_cursor": None,
            "end_of_stream": len(rest) <= size,
        }
        if "users" in loads:
            body["users"] = [person.as_json() for person in {ticket.requester for ticket in page}]
        return body

    def _search_count(self, request: Request) -> Json:
        """Of searches it knows those for the tickets with one tag."""
        asked = re.fullmatch(r'type:ticket tags:"([^"]*)"', request.query_params.get("query", ""))
        if asked is None:
            raise _Problem(422, "invalid", "Invalid search")
        return {"count": sum(asked[1] in ticket.tags for ticket in self._tickets.values())}

    def _list_tags(self, _: Request) -> Json:
        counted = Counter(tag for ticket in self._tickets.values() for tag in ticket.tags)
        return {"tags": [{"name": tag, "count": count} for tag, count in counted.most_common()]}

    def _ticket(self, ticket: Ticket, loads: list[str]) -> Json:
        shown = ticket.as_json(self.address)
        if "metric_sets" in loads:
            shown["metric_set"] = {
                "ticket_id": ticket.id,
                "reopens": ticket.reopens,
                "replies": len(ticket.comments) - 1,
                "requester_updated_at": stamp(
                    max(each.at for each in ticket.comments if each.author == ticket.requester)
                ),
            }
        return shown

    def _start(self, text: str) -> tuple[datetime, int]:
        if not text.isdigit():
            raise _Problem(400, "InvalidValue", "start_time is required and must be a Unix time")
        start = datetime.fromtimestamp(int(text), UTC)
        if start > self.now() - _UNSETTLED:
            raise _Problem(422, "InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds")
        return start - timedelta(microseconds=1), 0

    def _comments(self, request: Request) -> Json:
        ticket = self._tickets.get(request.path_params["id"])
        if ticket is None:
            raise _Problem(404, "RecordNotFound", "Not found")
        query = dict(request.query_params)
        size = _size(query.get("page[size]", "100"), _LARGEST_LIST)
        _sideloads(query.get("include", ""))
        comments = sorted(ticket.comments, key=lambda comment: comment.at, reverse=query.get("sort") == "-created_at")
        page = comments[:size]
        body: Json = {
            "comments": [_comment(number, comment) for number, comment in enumerate(page)],
            "meta": {"has_more": len(comments) > size, "after_cursor": None, "before_cursor": None},
        }
        if "users" in query.get("include", "").split(","):
            body["users"] = [person.as_json() for person in {comment.author for comment in page}]
        return body


def _comment(number: int, comment: Comment) -> Json:
    return {
        "id": number,
        "type": "Comment",
        "author_id": comment.author.id,
        "body": comment.text,
        "plain_body": comment.text,
        "html_body": f"<p>{comment.text}</p>",
        "public": comment.public,
        "attachments": [],
        "created_at": stamp(comment.at),
    }


def _size(text: str, largest: int) -> int:
    if not text.isdigit() or not 1 <= int(text) <= largest:
        raise _Problem(400, "InvalidPaginationParameter", f"a page holds 1 to {largest}")
    return int(text)


def _sideloads(text: str) -> None:
    if unknown := {word for word in text.split(",") if word} - _SIDELOADS:
        raise _Problem(400, "InvalidInclude", f"this Zendesk sideloads no {', '.join(sorted(unknown))}")


def _cursor(at: datetime, number: int) -> str:
    return base64.b64encode(f"{at.isoformat()}||{number}".encode()).decode()


def _read_cursor(text: str) -> tuple[datetime, int]:
    try:
        at, _, number = base64.b64decode(text).decode().partition("||")
        return datetime.fromisoformat(at), int(number)
    except ValueError:
        raise _Problem(400, "InvalidCursor", "cursor is invalid") from None


def _limited(wait: int) -> Answer:
    body = {"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"}
    return Answer(429, body, {"Retry-After": str(wait)})


def _refusal(fault: Fault) -> Answer:
    if fault.status == 429:
        return _limited(fault.retry_after)
    return Answer(fault.status, {"error": "InternalError", "description": "Something went wrong"})
