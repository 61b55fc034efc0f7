"""`/signalbox linear`: who asks for an issue hears what becomes of it, and the card links it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.ports import Checkpoint
from agents.terms import LinearTerms
from bot.chores import Chores
from storage.columns import now
from storage.status import Status, Visibility
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, GUS, POLICY, SECRET, SOLAR, Workplace, a_workplace, text_of
from tests.bot.works import Works, until
from tests.factories import a_report
from tests.fakes import PlainCheckpoint


@pytest.fixture
def place(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    policy = POLICY.model_copy(update={"linear": LinearTerms(team="SHOP")})
    with a_workplace(site, sqlite_store, tmp_path, policy=policy) as built:
        yield built


def said(place: Workplace, words: str, user: str = BOB, channel: str = SOLAR) -> str:
    return place.types(user, "/signalbox", words, channel).body


def test_an_issue_is_made_at_a_persons_wish_and_linked_on_the_card(place: Workplace) -> None:
    report_id = a_report(place.store, channel=SOLAR).id or 0
    assert "Name the report" in said(place, "linear")
    assert "There is no SB-99" in said(place, "linear SB-99")
    assert said(place, "linear SB-1", user=GUS).startswith("Guests cannot do this")
    assert said(place, "linear SB-1") == "I make an issue of SB-1 in the Linear team SHOP; its card will link it."
    (row,) = place.store.tracked.due(now())
    assert (row.report_id, row.wanted_by) == (report_id, BOB)

    place.deps.pipeline.issue(report_id, PlainCheckpoint())

    assert "SHOP-1" in text_of(place.draw(report_id)[0])
    assert said(place, "linear #1") == "SB-1 has the issue SHOP-1 already: https://tracker.example/issue/SHOP-1"


def mentions(place: Workplace, words: str, **where: str) -> None:
    text = f"<@{place.bot}> {words}"
    ts = place.says(BOB, text, **where)
    place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts, **where})
    place.settles()


@pytest.mark.parametrize("words", ["linear SB-1", "Linear SB-1 please"])
def test_words_to_us_ask_for_one_and_open_no_report(place: Workplace, words: str) -> None:
    a_report(place.store, channel=SOLAR)
    before = place.store.signals.counts().total
    mentions(place, words)
    assert [each.wanted_by for each in place.store.tracked.due(now())] == [BOB]
    assert place.store.signals.counts().total == before


def test_in_a_reports_thread_words_to_us_need_not_name_it(place: Workplace) -> None:
    card = place.draw(a_report(place.store, channel=SOLAR).id or 0)[0]
    mentions(place, "linear this", thread_ts=card.ts)
    mentions(place, "linear", thread_ts=card.ts)
    assert [each.report_id for each in place.store.tracked.due(now())] == [1]
    assert ["I make an issue of SB-1" in each for each in place.whispers(BOB)] == [True, True]


def test_of_a_report_that_is_closed_that_is_said(place: Workplace) -> None:
    a_report(place.store, channel=SOLAR, status=Status.DISMISSED)
    assert said(place, "linear SB-1").endswith("its card will link it. SB-1 itself is dismissed.")


def test_in_a_dry_run_who_asks_reads_that_the_issue_is_real(site: Site, sqlite_store: Store, tmp_path: Path) -> None:
    dry = POLICY.model_copy(update={"linear": LinearTerms(team="SHOP"), "dry_run": True})
    with a_workplace(site, sqlite_store, tmp_path, policy=dry) as place:
        a_report(place.store, channel=SOLAR)
        told = said(place, "linear SB-1")
        assert told.endswith("This is a dry run, but what you ask for yourself is made all the same: a real issue.")
        assert [each.wanted_by for each in place.store.tracked.due(now())] == [BOB]


def test_an_issue_that_cannot_be_made_is_told_of_on_the_card(place: Workplace) -> None:
    report_id = a_report(place.store, channel=SOLAR).id or 0
    said(place, "linear SB-1")
    place.store.tracked.failed(report_id, "Linear shows no team SHOP", now() + dt.timedelta(hours=1))
    assert "Its Linear issue waits: Linear shows no team SHOP" in text_of(place.draw(report_id)[0])


def test_a_private_report_is_spoken_of_in_its_channel_alone(place: Workplace) -> None:
    a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    assert "There is no SB-1" in said(place, "linear SB-1")
    assert "tells no more than its number" in said(place, "linear SB-1", user=ADA, channel=SECRET)


def test_without_a_team_it_says_what_to_set(site: Site, sqlite_store: Store, tmp_path: Path) -> None:
    a_report(sqlite_store, channel=SOLAR)
    with a_workplace(site, sqlite_store, tmp_path) as place:
        assert "name one as `team` under [linear]" in said(place, "linear SB-1")


def test_the_sweep_finds_an_issue_that_is_wanted(works: Works) -> None:
    report_id = a_report(works.store).id or 0
    works.store.tracked.want(report_id, "U1")
    made: list[int] = []

    def issue(wanted: int, _: Checkpoint) -> None:
        works.store.tracked.made(wanted, "SHOP-1", "https://tracker.example/1")
        made.append(wanted)

    works.jobs.chores = Chores(issue=issue)
    works.jobs.sweep()
    until(lambda: made == [report_id], "it is made")
    assert works.store.tracked.due(now()) == []
