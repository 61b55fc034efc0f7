"""The id that a report gives its issue in a tracker, before there is one. Pure.

It follows from the report alone, so that an issue whose answer was lost is found again. Linear's schema asks for the
form of version 4, which is random; so it is such an id to look at. Its last six bytes are a sum of the others: by that
an issue of ours is known, wherever it is met.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from uuid import UUID, uuid5

from storage.records import Report

_OURS = UUID("6f1d3c52-9a44-5a55-8a1e-5ab0f3a3c7a1")
_FREE = 10  # bytes


def issue_id_of(report: Report) -> UUID:
    """The report's; no other report ever has it.

    Its number alone would not do: another installation, or this one after a backup was restored, gives it again.
    """
    named = uuid5(_OURS, f"{report.id} {report.created_at.astimezone(dt.UTC).isoformat()}")
    free = UUID(bytes=named.bytes, version=4).bytes[:_FREE]
    return UUID(bytes=free + _sum(free))


def is_ours(issue_id: str) -> bool:
    """Whether an issue has such an id, of whichever report."""
    try:
        given = UUID(issue_id).bytes
    except ValueError:
        return False
    return given[_FREE:] == _sum(given[:_FREE])


def _sum(free: bytes) -> bytes:
    return hashlib.sha256(_OURS.bytes + free).digest()[: 16 - _FREE]
