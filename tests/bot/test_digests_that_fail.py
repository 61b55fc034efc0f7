"""A signal that could not be read is tried again, and everybody who waits for it is told."""

from __future__ import annotations

import json
import re

import pytest

from agents.errors import ModelDown, Stopped
from bot.chores import Chores
from bot.notes.askers import Askers
from bot.views.condition import Condition, condition
from bot.views.limits import within
from playground.faults import Fault, Kind, Moment
from storage.columns import now
from storage.judgments import Outcome
from storage.plumbing import Switch
from storage.spending import Spent
from tests.bot.desk import Desk
from tests.bot.workplace import BOB, SOLAR
from tests.bot.works import Works, until
from tests.factories import a_signal


@pytest.mark.parametrize(
    ("fault", "says", "least", "most"),
    [
        (ModelDown("The model is overloaded."), "The model is overloaded.", 200, 400),
        (Stopped(Outcome.OUT_OF_MONEY, "Today's budget is spent."), "Today's budget is spent.", 600, 1_200),
        (KeyError("surprise"), r"reference [0-9a-f]{6} in its log\)\. It is tried again by itself", 14_000, 28_000),
    ],
)
def test_a_signal_whose_digest_fails_is_tried_again_however_often_and_the_status_says_why(
    works: Works, fault: Exception, says: str, least: float, most: float
) -> None:
    told: list[int] = []
    works.jobs.chores = Chores(own_up=told.append)
    signal_id = a_signal(works.store).id or 0
    for _ in range(30):
        works.store.signals.postpone(signal_id, "", now())
    works.pipeline.fails.append(fault)
    works.jobs.sweep()
    until(lambda: works.store.signals.counts().troubled == 1, "the digest fails")
    put_off = works.store.signals.get(signal_id).not_before
    assert put_off is not None
    assert least < (put_off - now()).total_seconds() < most
    drawn = json.dumps(within(condition(Condition(
        Switch(name="paused"), works.store.signals.counts(), 0, Spent(usd=0, calls=0, seconds=0), []
    ))))  # fmt: skip
    assert "1 signal could not be read yet, and will be tried again" in drawn
    assert re.search(says, drawn)
    assert "surprise" not in drawn
    until(lambda: works.engine.alive() == [], "the try ends")
    works.jobs.sweep()
    assert works.engine.alive() == []

    works.pipeline.fails.append(fault)
    works.later(seconds=most)
    works.jobs.sweep()
    until(lambda: works.store.signals.get(signal_id).not_before not in (None, put_off), "it fails again")
    works.later(seconds=2 * most)
    works.jobs.sweep()
    until(lambda: works.lines.all("digest") == [[str(signal_id), "here"]], "the next try")
    assert told == [signal_id], "who asked hears once that it failed"


def test_who_asked_hears_where_they_asked_why_it_was_not_read_and_why_says_so_too(desk: Desk) -> None:
    place = desk.place
    ts = place.says(BOB, f"<@{place.bot}> exports fail again")
    assert place.store.signals.postpone(desk.newest, "The model is <down> & out.", now())

    Askers(place.store, place.writer).tell_of_trouble(desk.newest)

    (told,) = desk.heard()
    assert "You asked me to look into “" in told.text
    assert "I could not read it yet. The model is &lt;down&gt; &amp; out. The next try: <!date^" in told.text
    why = str(
        place.types(BOB, "/signalbox", f"why https://acme.slack.com/archives/{SOLAR}/p{ts.replace('.', '')}").body
    )
    assert "I have it, and could not read it yet. The model is" in why
    assert "In a moment" not in why


def test_of_what_nobody_asked_about_and_of_what_slack_refuses_nothing_is_whispered(desk: Desk) -> None:
    place = desk.place
    quiet = a_signal(place.store).id or 0
    place.store.signals.postpone(quiet, "The model is down.", now())
    Askers(place.store, place.writer).tell_of_trouble(quiet)
    place.types(BOB, "/investigate", "exports fail")
    place.store.signals.postpone(desk.newest, "The model is down.", now())
    place.faults.plan(Fault("slack:chat.postEphemeral", Moment.RECEIPT, Kind.REFUSE, status=429, times=3))

    Askers(place.store, place.writer).tell_of_trouble(desk.newest)

    assert desk.heard() == []
