"""Why a signal is here: what the command and the evidence tell, and whom."""

from __future__ import annotations

from storage.groups import Considered, Route, Weighed
from storage.judgments import Grouping, Screening
from storage.reports.filing import NewReport
from storage.status import Status, Visibility
from tests.bot.corrections import a_joined, a_public, purpose, said
from tests.bot.workplace import ADA, BOB, ELSEWHERE, EVE, SOLAR, Workplace, text_of
from tests.factories import a_signal, a_summary, a_vector


def test_why_tells_who_judged_what_was_compared_and_how_it_was_found(place: Workplace) -> None:
    a_joined(place)
    for answer in (said(place, BOB, "why SB-1"), said(place, BOB, "why 1", ELSEWHERE)):
        for words in (
            "Exports hang", "2 candidates were compared by claude-x", "One change cures both.", "Chosen: ",
            "SB-1 The export fails", "64% likely by words and labels", "Not chosen: ", "by its words (place 2)",
            "I looked for: export hangs",
        ):  # fmt: skip
            assert words in answer


def test_why_and_the_evidence_name_reports_and_not_the_ids_of_their_first_signals(place: Workplace) -> None:
    report = a_public(place)
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang")
    place.store.signals.describe(signal.id or 0, Screening(), a_summary(), a_vector(1.0), b"")
    weighed = Weighed(report_id=report.id or 0, subject=report.subject, status=Status.GATHERING, ranks={Route.KEY: 1},
                      score=0.1, similarity=1.0, likelihood=0.9, shared_keys=("text:1",))  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=report.id, candidates=(report.subject,), epoch=0, weight=1.0, keys=(), step="x",
        grouping=Grouping(candidate=report.subject, reason=f"It has this in common with {report.subject}: all."),
        new_report=None, considered=Considered(candidates=(weighed,)),
    )  # fmt: skip
    for told in (said(place, BOB, "why SB-1"), text_of(purpose(place, report, "evidence"))):
        assert report.subject not in told
        assert "It has this in common with SB-1: all." in told


def test_why_tells_what_the_signal_named_and_people_are_asked_about_it(place: Workplace) -> None:
    named, joined = a_public(place), a_public(place, "Something else")
    signal = a_signal(place.store, channel=SOLAR, title=f"{named.ref} is back")
    place.store.signals.describe(signal.id or 0, Screening(), a_summary(), a_vector(1.0), b"")
    weighed = [
        Weighed(report_id=report.id or 0, subject=report.subject, status=Status.GATHERING, ranks={route: 1}, score=0.1,
                similarity=0.1, likelihood=likelihood, shared_keys=())
        for report, route, likelihood in ((joined, Route.TEXT, 0.6), (named, Route.NAME, 0.03))
    ]  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=joined.id, candidates=(), epoch=place.store.filing.epoch(), weight=1.0, keys=(),
        step="x", grouping=Grouping(candidate=joined.subject, reason="Alike."), new_report=None,
        considered=Considered(candidates=tuple(weighed), judge="the offline engine", near_miss=named.id),
    )  # fmt: skip

    told = said(place, BOB, f"why {joined.ref}")
    assert "; found by its name in the signal (place 1)" in told
    asked = text_of(purpose(place, joined, "near"))
    assert "(what they name says so; 3% likely by words and labels; I kept them apart)" in asked


def test_why_tells_that_the_same_problem_was_closed_before(place: Workplace) -> None:
    before = a_public(place, status=Status.RESOLVED)
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang again")
    place.store.signals.describe(signal.id or 0, Screening(), a_summary(), a_vector(1.0), b"")
    weighed = Weighed(report_id=before.id or 0, subject=before.subject, status=Status.RESOLVED, ranks={}, score=0.1,
                      similarity=1.0, likelihood=0.9, shared_keys=("text:1",))  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=None, candidates=(before.subject,), epoch=place.store.filing.epoch(), weight=1.0,
        keys=(), step="x", grouping=Grouping(candidate=before.subject, reason=f"Like {before.subject}."),
        new_report=NewReport(title="t", gist="", subject=signal.external_id, channel=SOLAR,
                             visibility=Visibility.PUBLIC, regression_of=before.id),
        considered=Considered(candidates=(weighed,)),
    )  # fmt: skip
    place.draw(2)
    assert place.store.reports.get(1).version > before.version
    back = text_of(purpose(place, before, "after:2"))
    assert "It may have come back, so I opened " in back
    assert place.store.outbox.permalink(2) in back
    told = said(place, BOB, "why SB-2")
    assert "The same problem, but it was closed: " in told
    assert "Not chosen" not in told
    assert "Here because: Like SB-1." in text_of(purpose(place, place.store.reports.get(2), "evidence"))


def test_the_evidence_says_that_people_brought_a_signal_here_and_not_what_was_said_elsewhere(place: Workplace) -> None:
    report, _ = a_joined(place)
    third = a_public(place)
    said(place, BOB, f"merge SB-{report.id} into SB-{third.id}")
    told = text_of(purpose(place, third, "evidence"))
    assert told.count("Here because a person merged SB-1 into this.") == 2
    assert "One change cures both." not in told
    said(place, BOB, "undo SB-1")
    assert "Here because: One change cures both." in text_of(purpose(place, report, "evidence"))


def test_why_tells_of_one_signal_by_its_link_or_its_id(place: Workplace) -> None:
    report, _ = a_joined(place)
    first = place.store.signals.of_report(report.id or 0)[0]
    channel, _, ts = first.external_id.partition("/")
    link = f"https://acme.example/archives/{channel}/p{ts.replace('.', '')}?thread_ts={ts}&cid={channel}"
    for name in (first.external_id, link, f"<{link}>"):
        told = said(place, BOB, f"why SB-1 {name}")
        assert "it opened this report. " in told
        assert "Exports hang" not in told
    assert (
        said(place, BOB, "why SB-1 https://else.example/1") == "That is no signal of SB-1, or none that may be shown."
    )
    assert "Only members" in said(place, EVE, f"why SB-1 {link}")


def test_why_tells_which_person_brought_a_signal_here(place: Workplace) -> None:
    report, other = a_joined(place)
    said(place, BOB, f"merge SB-{other} into SB-{report.id}")
    answer = said(place, ADA, "why SB-1")
    assert "It is here because " in answer
    assert f"merged SB-{other} into it" in answer
