"""A channel that was public and is private now: titles and words from it are seen by its people alone."""

from __future__ import annotations

from agents.terms import Channel
from bot.turned_private import TurnedPrivate
from storage.records import EntryKind
from storage.status import Visibility
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, POLICY, QUIET, SOLAR, text_of
from tests.factories import a_report, a_signal


def looks(life: Life) -> None:
    TurnedPrivate(life.store, life.place.deps.slack, POLICY).look()


def visibility(life: Life) -> set[Visibility]:
    signals = life.store.signals.of_report(life.id)
    return {life.store.reports.get(life.id).visibility, *(signal.visibility for signal in signals)}


def test_while_a_channel_is_public_nothing_turns(life: Life) -> None:
    looks(life)

    assert visibility(life) == {Visibility.PUBLIC}


def test_what_came_from_a_channel_that_turned_private_is_for_its_people_alone(life: Life) -> None:
    life.store.reports.change(life.id, title="The merger's export fails")
    elsewhere = a_report(life.store, channel=QUIET, title="Another").id or 0
    apart = a_signal(life.store, report_id=elsewhere, channel=QUIET, filed=True)
    epoch = life.store.filing.epoch()
    life.place.workspace.make_private(SOLAR)
    looks(life)

    assert visibility(life) == {Visibility.PRIVATE}
    assert life.store.filing.epoch() == epoch + 1, "what searches knows it by"
    assert life.store.signals.get(apart.id or 0).visibility is Visibility.PUBLIC
    assert life.store.reports.get(elsewhere).visibility is Visibility.PUBLIC
    told = [each.text for each in life.store.reports.journal(life.id) if each.kind is EntryKind.SIGNAL]
    assert "its channel was made private, and so was this report" in told
    assert "only in this channel" in text_of(life.draw()[0])
    life.place.event({"type": "app_home_opened", "user": BOB, "tab": "home", "channel": "D1"})
    assert "merger" not in str(life.place.workspace.home(BOB))

    version = life.store.reports.get(life.id).version
    looks(life)
    assert life.store.reports.get(life.id).version == version


def test_a_channel_that_the_policy_calls_private_from_now_on_is_turned_too(life: Life) -> None:
    closed = POLICY.model_copy(update={"channels": (Channel(id=SOLAR, visibility=Visibility.PRIVATE),)})

    TurnedPrivate(life.store, life.place.deps.slack, closed).look()

    assert visibility(life) == {Visibility.PRIVATE}


def test_another_report_does_not_name_the_one_that_turned_private(life: Life) -> None:
    other = a_report(life.store, channel=QUIET).id or 0
    life.store.pairs.differ(life.id, other, by="U01ADA")
    assert [each.report.id for each in life.store.reports.snapshot(other).near] == [life.id]
    life.place.workspace.make_private(SOLAR)
    looks(life)

    assert life.store.reports.snapshot(other).near == ()
    assert life.store.reports.snapshot(life.id).near == ()


def test_the_next_message_in_it_tells_at_once(life: Life) -> None:
    life.place.workspace.make_private(SOLAR)
    event = {"type": "message", "channel": SOLAR, "channel_type": "group", "user": ADA, "text": "and again"}
    life.place.event({**event, "ts": "1795000000.000100"})
    life.place.settles()

    assert visibility(life) == {Visibility.PRIVATE}
