"""`/signalbox find`: what it lists, in which order, and for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.terms import Autonomy
from bot.listeners.listed import listed_of
from playground.workspace import Ephemeral
from storage.status import Mover, Status, Visibility
from tests.bot.conversation import Conversation
from tests.bot.corrections import a_public, said
from tests.bot.workplace import ADA, BOB, ELSEWHERE, EVE, GUS, QUIET, SECRET, SOLAR, Workplace, text_of
from tests.factories import a_report, a_signal, a_summary


def about(place: Workplace, title: str, words: str = "", channel: str = SOLAR, **more: Any) -> int:
    """A report with one signal that says so."""
    summary = a_summary(title=title, gist=words, queries=(title,))
    signal = a_signal(place.store, filed=True, summary=summary, title=title, body=words, channel=channel, **more)
    assert signal.report_id is not None
    return signal.report_id


def test_find_alone_lists_the_open_reports_of_the_channel_newest_first(place: Workplace) -> None:
    first, second = a_public(place, "The export fails"), a_public(place, "The import hangs")
    a_public(place, "Long over", status=Status.RESOLVED)
    a_report(place.store, channel=ELSEWHERE, title="Somewhere else")
    place.draw(first.id or 0)

    told = said(place, BOB, "find")
    assert told.index(f"{second.ref} The import hangs") < told.index(f"{first.ref} The export fails")
    assert place.store.outbox.permalink(first.id or 0) in told
    assert "Gathering" in told
    for other in ("Long over", "Somewhere else"):
        assert other not in told
    assert "Somewhere else" in said(place, BOB, "find", ELSEWHERE)


def test_find_with_words_finds_reports_of_any_channel_closed_ones_too(place: Workplace) -> None:
    invoice = about(place, "Invoices are empty", "The PDF has no lines")
    other = about(place, "The search is slow", channel=ELSEWHERE)
    place.store.reports.move(
        invoice, Status.DISMISSED, mover=Mover.HUMAN, who=ADA, because="no", dismissed_because="no"
    )

    told = said(place, BOB, "find empty invoice", ELSEWHERE)
    assert f"SB-{invoice} Invoices are empty" in told
    assert "Dismissed: no" in told
    assert '". Opened "' in told
    assert f"SB-{other} " not in told
    assert f"SB-{other} " in said(place, BOB, "find slow searches")
    assert "none that I could show here" in said(place, BOB, "find unicorns")
    assert "none that I could show here" in said(place, BOB, "find the")


def test_find_alone_lists_what_was_said_here_and_has_its_thread_elsewhere(place: Workplace) -> None:
    report = a_report(place.store, channel=SOLAR, title="Invoices are empty")
    a_signal(place.store, report_id=report.id, channel=ELSEWHERE)
    assert "Invoices are empty" in said(place, BOB, "find", ELSEWHERE)
    assert "Invoices are empty" not in said(place, BOB, "find", QUIET)


def test_find_by_repository_and_by_number(place: Workplace) -> None:
    one = a_public(place, "The export fails", repository="acme/app")
    a_public(place, "The import hangs", repository="acme/web")
    assert "The import hangs" not in (told := said(place, BOB, "find Acme/App"))
    assert "The export fails" in told
    for typed in (f"find {one.ref}", f"find #{one.id}", one.ref, one.ref.lower()):
        assert "The export fails" in said(place, BOB, typed)
    assert "none that I could show here" in said(place, BOB, "find SB-99")


def test_find_shows_what_is_private_only_in_its_channel_and_nothing_to_guests(place: Workplace) -> None:
    private = about(place, "Tokens leak", "in the header", SECRET, visibility=Visibility.PRIVATE)
    for typed in ("find", "find tokens", f"find SB-{private}", "find acme/app"):
        assert "Tokens leak" not in said(place, BOB, typed)
        assert "Tokens leak" in said(place, ADA, typed, SECRET)
    assert "Guests cannot do this" in said(place, GUS, "find tokens")
    assert "Only members" in said(place, EVE, "find tokens")


@pytest.mark.parametrize("only", ["no model", "watch", "used up"])
def test_lists_promise_no_research_that_the_card_does_not(place: Workplace, only: str) -> None:
    report = a_public(place, research_passes=6 if only == "used up" else 0)
    policy = place.policy.model_copy(update={"autonomy": Autonomy.WATCH}) if only == "watch" else place.policy
    place.deps.pipeline.means.model.can_research = only != "no model"  # type: ignore[misc]
    deps = replace(place.deps, policy=policy)
    place.messenger(policy=policy, researches=only != "no model").draw(report.id or 0, "now")
    (listed,) = listed_of([report], deps)

    assert "when more is reported" not in listed.line
    assert listed.line[:60] in text_of(place.thread(report.id or 0)[0])


def test_find_follows_a_merge_and_lists_ten(place: Workplace) -> None:
    numbers = [about(place, f"Invoice {number} is empty") for number in range(12)]
    said(place, BOB, f"merge SB-{numbers[0]} into SB-{numbers[1]}")
    told = said(place, BOB, "find invoice")
    assert f"SB-{numbers[0]} " not in told
    assert "and 1 more" in told


@pytest.mark.parametrize("typed", ["SB-1", " sb-1 ", "#1"])
def test_who_asks_to_investigate_a_report_by_its_number_opens_no_other(place: Workplace, typed: str) -> None:
    a_public(place, "The export fails")
    told = str(place.types(BOB, "/investigate", typed).body)
    assert told.count("SB-1 is a report already") == 2  # in the blocks, too
    assert "The export fails" in told
    assert "There is no SB-7" in str(place.types(BOB, "/investigate", "SB-7").body)
    assert [report.title for report in place.store.reports.all()] == ["The export fails"]


def test_who_names_the_bot_and_a_report_is_shown_it(talk: Conversation) -> None:
    a_report(talk.place.store, channel=SOLAR, title="The export fails")
    talk.place.workspace.say(BOB, SOLAR, f"<@{talk.place.bot}> SB-1?")
    talk.rests()
    shown: list[Ephemeral] = talk.place.workspace.ephemerals(BOB)
    assert "The export fails" in str(shown[-1].blocks)
    assert talk.place.store.signals.counts().total == 1
