"""What a thread says when signals join its report, or go to another."""

from __future__ import annotations

from storage.status import Mover, Status
from tests.bot.corrections import a_public, purpose, said
from tests.bot.workplace import BOB, SOLAR, Workplace, text_of
from tests.factories import a_plan, a_signal, a_summary


def test_what_joins_while_a_plan_waits_is_announced_in_one_message(place: Workplace) -> None:
    report = a_public(place)
    report_id = report.id or 0
    place.store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="so")
    place.store.plans.propose(report_id, a_plan())
    place.store.reports.move(report_id, Status.AWAITING_APPROVAL, mover=Mover.MACHINE, who="machine", because="so")
    before = len(place.draw(report_id))
    a_signal(place.store, report_id=report_id, channel=SOLAR, summary=a_summary(title="Exports hang"))
    after = place.draw(report_id)
    news = purpose(place, report, "joined:1")
    assert "1 signal joined since the plan was made" in text_of(news)
    assert "Exports hang" in text_of(news)
    a_signal(place.store, report_id=report_id, channel=SOLAR)
    again = purpose(place, report, "joined:1")
    assert (again.ts, "2 signals joined" in text_of(again)) == (news.ts, True)
    assert len(after) > before


def test_who_decides_on_a_plan_reads_that_signals_came_or_went_since(place: Workplace) -> None:
    other = a_public(place)
    report = a_public(place, signals=3, status=Status.AWAITING_APPROVAL)
    said(place, BOB, f"merge SB-{other.id} into SB-{report.id}")
    last = place.store.signals.of_report(report.id or 0)[-1].id
    place.store.corrections.split(report.id or 0, [last or 0], by=BOB)

    assert "The plan does not know of them. Words of an approver" in text_of(purpose(place, report, "correction:1"))
    assert "The plan was still made for them. Words of an approver" in text_of(purpose(place, report, "correction:2"))
    place.store.corrections.undo(2, by=BOB)
    assert "The plan" not in text_of(purpose(place, report, "correction:2"))


def test_people_whose_message_went_to_another_report_read_where_it_is(place: Workplace) -> None:
    heir = a_public(place)
    ts = place.workspace.say(BOB, SOLAR, "exports hang")
    signal = a_signal(
        place.store, filed=True, channel=SOLAR, external_id=f"{SOLAR}/{ts}", thread_ts=ts, body="exports hang"
    )
    away = signal.report_id or 0
    place.draw(away)
    said(place, BOB, f"merge SB-{away} into SB-{heir.id}")
    place.draw(away)
    place.draw(heir.id or 0)
    under = [text_of(each) for each in place.workspace.thread(SOLAR, ts)[1:]]
    assert any("This is in SB-1 now" in each for each in under)
    assert any("This belongs to" in each for each in under)
