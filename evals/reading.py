"""Reads the labelled data: one JSON object a line, checked by a class as it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from storage.raw import RawSignal

Row = TypeVar("Row", bound=BaseModel)

_FIRST_DAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # of sets that only know the order of their signals
_TITLE_LIMIT, _BODY_LIMIT = 500, 40_000  # of RawSignal


class Form(BaseModel):
    """What the reporter's form held, of which a source hands on the components."""

    model_config = ConfigDict(frozen=True)

    component: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The components, each for itself."""
        return tuple(each.strip() for each in self.component.split(",") if each.strip())


class Arrival(BaseModel):
    """One line of a stream. `created_at` is a moment in UTC, or only a place in the order ("seq-00012")."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    title: str = ""
    body: str = ""
    created_at: str
    meta: Form = Form()

    def signal(self, place: int) -> RawSignal:
        """The signal as its source would hand it over; `place` stands in for a moment that is not known."""
        known = not self.created_at.startswith("seq-")
        at = dt.datetime.fromisoformat(self.created_at) if known else _FIRST_DAY + dt.timedelta(minutes=place)
        return RawSignal(
            source=self.source,
            external_id=self.id,
            title=self.title[:_TITLE_LIMIT],
            body=self.body[:_BODY_LIMIT],
            labels=self.meta.labels,
            happened_at=at,
        )


class Truth(BaseModel):
    """Which group a signal is of."""

    model_config = ConfigDict(frozen=True)

    id: str
    group: str


def rows(path: Path, of: type[Row]) -> Iterator[Row]:
    """The lines of a file. Raises ValidationError for a line that is something else."""
    adapter = TypeAdapter(of)
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield adapter.validate_json(line)


def truth(path: Path) -> dict[str, str]:
    """Group by signal, in the order of arrival."""
    return {row.id: row.group for row in rows(path, Truth)}
