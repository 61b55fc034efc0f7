"""What the code host refuses, said as GitHub says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.faults import Fault
from playground.wire import Answer

DOCUMENTATION = "https://docs.github.com/rest"
SECONDARY_LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass(frozen=True)
class FieldError:
    """One entry of the `errors` list of a 422: which field of which resource is wrong, and how."""

    resource: str
    code: str  # missing_field, invalid, already_exists, custom, unprocessable
    field: str | None = None
    message: str | None = None

    def as_json(self) -> dict[str, str]:
        parts = {
            "resource": self.resource,
            "field": self.field,
            "code": self.code,
            "message": self.message,
        }
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(eq=False)
class Problem(Exception):
    """The call is refused with `status`; raised by REST calls and by the people API alike."""

    status: int
    message: str
    errors: Sequence[FieldError | str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        details = "; ".join(e if isinstance(e, str) else str(e.as_json()) for e in self.errors)
        return f"{self.message} ({self.status})" + (f": {details}" if details else "")

    def answer(self) -> Answer:
        body: dict[str, Any] = {
            "message": self.message,
            "documentation_url": DOCUMENTATION,
            "status": str(self.status),
        }
        if self.errors:
            body["errors"] = [e if isinstance(e, str) else e.as_json() for e in self.errors]
        return Answer(self.status, body, self.headers)


def not_found() -> Problem:
    return Problem(404, "Not Found")


def invalid(*errors: FieldError | str) -> Problem:
    """A 422 with its list of errors."""
    return Problem(422, "Validation Failed", errors)


def refusal(fault: Fault) -> Answer:
    """GitHub's error for a fault: a rate limit for 403 and 429, a bare message otherwise."""
    if fault.status in (403, 429):
        limited = Problem(fault.status, SECONDARY_LIMIT, headers={"Retry-After": str(fault.retry_after)})
        return limited.answer()
    return Problem(fault.status, "Server Error").answer()
