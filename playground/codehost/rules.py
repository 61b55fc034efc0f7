"""What a field may hold: GitHub's lengths and forms, refused as GitHub refuses them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from playground.codehost.problems import FieldError, invalid
from playground.codehost.records import Label

TITLE_LIMIT = 256
BODY_LIMIT = 65_536
LABEL_LIMIT = 50
DESCRIPTION_LIMIT = 100


def whole_seconds(at: datetime) -> datetime:
    """In UTC, cut to the second, which is all that GitHub's times hold."""
    return at.astimezone(UTC).replace(microsecond=0)


def titled(resource: str, title: object, body: object) -> tuple[str, str]:
    """A title and a body that GitHub would take; the body may be missing."""
    if not isinstance(title, str) or not title.strip():
        raise invalid(FieldError(resource, "missing_field", "title"))
    if len(title) > TITLE_LIMIT:
        raise invalid(_too_long(resource, "title", TITLE_LIMIT))
    if body is None:
        return title, ""
    return title, _text(resource, body)


def commented(resource: str, body: object) -> str:
    """The text of a comment, which must say something."""
    text = _text(resource, body)
    if not text.strip():
        raise invalid(FieldError(resource, "unprocessable", "data", "Body cannot be blank"))
    return text


def label(number: int, name: object, color: object, description: object) -> Label:
    if not isinstance(name, str) or not name.strip():
        raise invalid(FieldError("Label", "missing_field", "name"))
    if len(name) > LABEL_LIMIT:
        raise invalid(_too_long("Label", "name", LABEL_LIMIT))
    if not isinstance(color, str) or not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        raise invalid(FieldError("Label", "invalid", "color"))
    if description is not None and not isinstance(description, str):
        raise invalid(FieldError("Label", "invalid", "description"))
    if len(description or "") > DESCRIPTION_LIMIT:
        raise invalid(_too_long("Label", "description", DESCRIPTION_LIMIT))
    return Label(number, name, color.lower(), description or "")


def _text(resource: str, body: object) -> str:
    if not isinstance(body, str):
        raise invalid(FieldError(resource, "invalid", "body"))
    if len(body) > BODY_LIMIT:
        raise invalid(_too_long(resource, "body", BODY_LIMIT))
    return body


def _too_long(resource: str, field: str, limit: int) -> FieldError:
    return FieldError(resource, "custom", field, f"{field} is too long (maximum is {limit} characters)")
