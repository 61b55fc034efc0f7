"""What grouping is without one of its parts."""

from __future__ import annotations

import datetime as dt

import pytest

from evals.ablation import Part
from evals.engines import Variation
from evals.grouping import play
from evals.runs import Engine
from storage.raw import RawSignal

AT = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
TOLD = (
    ("slack", "T-1", "Export fails", "The CSV export of the billing page ends with a time-out after two minutes."),
    ("zendesk", "T-2", "Cannot sign in", "The login page turns in circles between us and the identity provider."),
)
COPY = RawSignal(source="sentry", external_id="T-3", title=TOLD[0][2], body=TOLD[0][3], happened_at=AT)


def arrivals() -> list[RawSignal]:
    earlier = [
        RawSignal(source=source, external_id=name, title=title, body=body, happened_at=AT)
        for source, name, title, body in TOLD
    ]
    return [*earlier, COPY]


def test_each_route_finds_alone_what_another_misses() -> None:
    for part in (None, Part.KEY, Part.TEXT, Part.QUERY_VECTOR, Part.SIGNAL_VECTOR):
        played = play(arrivals(), Engine.OFFLINE, variation=Variation(without=part))

        assert played.groups["T-3"] == played.groups["T-1"]


@pytest.mark.parametrize(("part", "apart"), [(None, True), (Part.GATE, False)])
def test_without_the_gate_whatever_is_nearest_is_joined(part: Part | None, apart: bool) -> None:
    played = play(arrivals(), Engine.OFFLINE, variation=Variation(without=part))

    assert (played.groups["T-2"] != played.groups["T-1"]) is apart
