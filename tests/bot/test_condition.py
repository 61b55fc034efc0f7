"""What `/signalbox status` says of places where nothing can be shown, and that its numbers add up."""

from __future__ import annotations

import datetime as dt
import json

from bot.views.condition import Condition, condition
from storage.columns import now
from storage.plumbing import Switch
from storage.spending import Spent
from storage.status import Visibility
from tests.bot.corrections import said
from tests.bot.workplace import BOB, ELSEWHERE, SECRET, SOLAR, Workplace
from tests.factories import a_report, a_signal


def test_status_says_where_reports_cannot_be_shown_and_what_to_do(place: Workplace) -> None:
    for channel, private in ((SOLAR, Visibility.PUBLIC), (SECRET, Visibility.PRIVATE), (ELSEWHERE, Visibility.PUBLIC)):
        a_report(place.store, channel=channel, visibility=private)
    for channel in (SOLAR, SECRET):
        place.workspace.remove(place.bot, channel)
    place.workspace.archive(ELSEWHERE)
    said = place.types(BOB, "/signalbox", "status").body
    assert said.count("1 report cannot be shown in ") == 3
    assert "a channel that is not public" in said
    assert SECRET not in said
    assert said.count("I am not in it. Invite me there") == 2
    assert "it is archived. Name another one in the policy file" in said


def test_status_adds_up_and_ceases_to_tell_what_a_first_pull_left_out(place: Workplace) -> None:
    signal = a_signal(place.store, filed=True)
    a_signal(place.store)
    place.store.signals.erase(signal.source, signal.external_id)
    place.store.cursors.advance("errors", "x", [], left_out=4, left_out_since=now() - dt.timedelta(days=2))
    counts, cursor = place.store.signals.counts(), place.store.cursors.get("errors")

    def shown(after: dt.timedelta) -> str:
        spent = Spent(usd=0, calls=0, seconds=0)
        how = Condition(Switch(name="paused"), counts, 0, spent, [cursor], at=now() + after)
        return json.dumps([block.to_dict() for block in condition(how)])

    assert "2 signals: 0 filed, 0 held, 0 set aside, 1 waiting, 1 erased" in shown(dt.timedelta())
    assert "left out 4 signals" in shown(dt.timedelta(days=1))
    assert "left out" not in shown(dt.timedelta(days=13))


def test_status_says_that_nothing_is_researched_where_there_is_no_model(place: Workplace) -> None:
    told = "No model key is set up (ANTHROPIC_API_KEY), so nothing is researched."
    assert told not in said(place, BOB, "status")
    place.deps.pipeline.means.model.can_research = False  # type: ignore[misc]
    assert told in said(place, BOB, "status")
