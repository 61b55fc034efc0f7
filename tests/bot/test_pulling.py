"""Pulls by the clock: what a failure or a crash leaves, one pull at a time, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from bot.clock import Tick, slot
from bot.durable.enqueuing import place_in_line
from bot.pulling.pulls import PullRuns
from playground.faults import Fault, Kind, Moment
from storage.raw import Severity
from storage.store import Store
from tests.bot.shop import NAME, Shop
from tests.factories import a_raw_signal


def test_what_was_read_before_a_failure_stays_and_the_rest_comes_later(shop: Shop) -> None:
    shop.pull()
    shop.issues(*range(1, 251), hours=2)
    shop.fails("sentry:events.latest", nth=120, status=500)
    first = len(shop.pull(after=60))
    assert first == 100  # one page of the pull, kept with its cursor; the next one broke off
    assert len(shop.pull(after=60)) == len(set(shop.known())) == 250


def test_a_pull_that_dies_after_reading_keeps_neither_signals_nor_cursor(shop: Shop) -> None:
    shop.pull()
    before = shop.store.cursors.get(NAME).value
    shop.issues(1, 2)
    shop.faults.plan(Fault("sentry:events.latest", Moment.PERFORMED, Kind.DROP, nth=2))
    assert shop.pull(after=60) == []
    assert shop.store.cursors.get(NAME).value == before
    assert shop.pull(after=60) == ["S-1", "S-2"]


def test_only_one_pull_of_a_source_runs_at_a_time(shop: Shop) -> None:
    shop.issues(1)
    shop.store.leases.take(f"pull:{NAME}", "somebody else", 60)
    assert shop.pull() == []
    with pytest.raises(PullRuns, match="is being pulled already"):
        shop.puller.pull_now(NAME)
    shop.store.leases.release(f"pull:{NAME}", "somebody else")
    assert shop.pull() == ["S-1"]


def test_a_pull_that_was_killed_goes_on_where_its_job_is_resumed_without_waiting_for_its_own_lease(shop: Shop) -> None:
    shop.issues(1)
    shop.store.leases.take(f"pull:{NAME}", "pull:errors:7", 120)  # as the process had it that was killed
    shop.puller.pull(NAME, lambda _, work, __: work(), "pull:errors:8")
    assert shop.known() == []
    shop.puller.pull(NAME, lambda _, work, __: work(), "pull:errors:7")
    assert shop.known() == ["S-1"]


def test_a_cursor_that_somebody_else_moved_is_not_moved_back(store: Store) -> None:
    store.cursors.advance(NAME, "1", [], expect="")
    store.cursors.advance(NAME, "3", [], expect="1")
    known = store.cursors.advance(NAME, "2", [a_raw_signal(source=NAME)], expect="1", left_out=7)
    assert len(known) == 1
    assert (store.cursors.get(NAME).value, store.cursors.get(NAME).left_out) == ("3", 0)


def test_all_clocks_agree_on_when_in_its_slot_a_tick_comes() -> None:
    ticks = [Tick(f"pull:{name}", 120.0, print, spread=30.0) for name in ("a", "b", "c", "d")]
    moments = [[tick.moment(number) - number * 120 for number in range(1_000_000, 1_000_050)] for tick in ticks]
    again = [[tick.moment(number) - number * 120 for number in range(1_000_000, 1_000_050)] for tick in ticks]
    assert moments == again
    assert all(0 <= late < 30 for row in moments for late in row)
    assert len({round(late) for row in moments for late in row}) > 15  # spread, from source to source and slot to slot
    at = 1_000_000 * 120 + 1.0
    for _ in range(5):
        following = ticks[0].after(at)
        assert following > at
        assert slot(following, 120.0) == str(int(following // 120))
        at = following


def test_a_flood_of_one_source_does_not_starve_another(store: Store) -> None:
    def keep(source: str, number: int, severity: Severity = Severity.ERROR, asked_by: str = "") -> int:
        raw = a_raw_signal(
            source=source, external_id=f"{source}-{number}", severity=severity, asked_by=asked_by, body=f"{number}"
        )
        return store.signals.remember(raw).signal_id

    flood = [keep("flood", number) for number in range(600)]
    quiet = [keep("quiet", number) for number in range(3)]
    fatal = keep("flood", 1000, Severity.FATAL)
    asked = keep("flood", 1001, asked_by="U1")

    def place(signal_id: int) -> int:
        signal = store.signals.get(signal_id)
        return place_in_line(signal, store.due.ahead_of(signal))

    assert place(asked) == place(fatal) == 1
    assert [place(signal_id) for signal_id in quiet] == [101, 102, 103]
    assert [place(signal_id) for signal_id in (flood[0], flood[3], flood[599])] == [101, 104, 700]
    swept = [signal.id for signal in store.due.now(dt.datetime.now(dt.UTC)).signals]
    assert len(swept) == 500
    assert swept[0] == fatal
    assert set(quiet) <= set(swept[:8])
    assert Counter(signal_id in flood for signal_id in swept)[True] > 490
