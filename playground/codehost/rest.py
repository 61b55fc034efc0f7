"""One REST call: who asks, for what, of which repository; lists in pages; the headers of every answer."""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from playground.codehost.directory import Directory
from playground.codehost.problems import FieldError, Problem, invalid
from playground.codehost.records import Actor, Person
from playground.codehost.repository import Repository
from playground.codehost.shapes import Json, Shapes
from playground.wire import Answer

T = TypeVar("T")
HOURLY = 5000
PAGE, LARGEST_PAGE = 30, 100
_requests = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """One authenticated REST call. `body` is the JSON value that was sent, or None."""

    directory: Directory
    actor: Actor
    base: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    url: str
    found: Repository | None
    every: Sequence[Repository] = ()  # of this host

    @property
    def repository(self) -> Repository:
        """The repository of a route that names one; the app has looked it up."""
        if self.found is None:
            raise Problem(404, "Not Found")
        return self.found

    @property
    def by(self) -> Person:
        return self.actor.person

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.base, self.repository)

    def number(self, name: str = "number") -> int:
        """A number in the path; anything else is not found."""
        text = self.path[name]
        if not text.isdigit():
            raise Problem(404, "Not Found")
        return int(text)

    @property
    def fields(self) -> Json:
        """The JSON object that was sent. Raises Problem 400 for any other value."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Problem(400, "Body should be a JSON object")
        return self.body

    def names(self, field: str) -> list[str]:
        """A list of strings in the body, or the body itself where GitHub takes a bare list."""
        given = self.body if isinstance(self.body, list) else self.fields.get(field, [])
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise invalid(FieldError("Request", "invalid", field))
        return given

    def needs_write(self) -> None:
        if self.actor.read_only or not self.by.permission.may_write:
            raise Problem(403, "Resource not accessible by integration")

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """A query parameter that takes one of a few words, the first by default."""
        value = self.query.get(name, allowed[0])
        if value not in allowed:
            raise invalid(FieldError("Search", "invalid", name))
        return value

    def time(self, name: str) -> datetime | None:
        """A query parameter that holds a time in ISO 8601, in UTC unless it says otherwise."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(FieldError("Search", "invalid", name)) from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def positive(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        return max(1, int(text)) if text.isdigit() else default

    def page(self, items: Sequence[T], shape: Callable[[T], Json], wrapped: str | None = None) -> Answer:
        """One page of a list, with GitHub's Link header; `wrapped` names the list inside a counted object."""
        size = min(self.positive("per_page", PAGE), LARGEST_PAGE)
        number, last = self.positive("page", 1), max(1, -(-len(items) // size))
        rows = [shape(item) for item in items[(number - 1) * size : number * size]]
        links = self._links(number, last)
        headers = {"Link": links} if links else {}
        return Answer(200, {"total_count": len(items), wrapped: rows} if wrapped else rows, headers)

    def _links(self, number: int, last: int) -> str:
        targets = {"first": 1, "prev": number - 1} if number > 1 else {}
        if number < last:
            targets |= {"next": number + 1, "last": last}
        return ", ".join(
            f'<{self.url}?{urlencode({**self.query, "page": page})}>; rel="{rel}"' for rel, page in targets.items()
        )


@dataclass(frozen=True)
class Route:
    """A route of the REST API. `name` is what faults call it by; without one it is its method and template."""

    method: str
    template: str
    perform: Callable[[Call], Answer]
    name: str | None = None

    @property
    def fault_name(self) -> str:
        plain = self.template.replace(":path", "")
        return f"github:{self.name}" if self.name else f"github:{self.method} {plain}"


def presented_token(authorization: str | None) -> str | None:
    """The token of an Authorization header: Bearer, token, or the password of Basic; None without one."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return None


def usual_headers(now: datetime) -> dict[str, str]:
    """What GitHub sends with every answer: the rate limit, never spent here, and a request id."""
    reset = int((now + timedelta(hours=1)).timestamp())
    return {
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Request-Id": f"{next(_requests):04X}:PLAYGROUND",
        "X-RateLimit-Limit": str(HOURLY),
        "X-RateLimit-Remaining": str(HOURLY - 1),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Used": "1",
        "X-RateLimit-Resource": "core",
    }
