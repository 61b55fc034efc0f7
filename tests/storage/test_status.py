"""The state chart: properties of the whole move table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.status import CLOSED, MOVES, WORKED_ON, Mover, Status, may_move

STATUSES = st.sampled_from(list(Status))
MOVERS = st.sampled_from(list(Mover))


def movers(before: Status, after: Status) -> set[Mover]:
    return {mover for mover in Mover if may_move(before, after, mover)}


def ways_into(after: Status) -> dict[Status, set[Mover]]:
    return {before: movers(before, after) for before in Status if movers(before, after)}


def test_the_only_ways_into_a_fix_are_an_approval_a_pull_request_that_needs_more_and_a_retry() -> None:
    assert ways_into(Status.AWAITING_FIX) == {
        Status.AWAITING_APPROVAL: {Mover.HUMAN},
        Status.AWAITING_CHECKS: {Mover.WORLD},
        Status.AWAITING_REVIEW: {Mover.WORLD},
        Status.STUCK: {Mover.HUMAN},
    }


def test_only_a_merge_or_a_persons_word_leads_to_the_proof_and_only_the_soak_resolves() -> None:
    assert ways_into(Status.AWAITING_PROOF) == {
        Status.GATHERING: {Mover.HUMAN},
        Status.AWAITING_RESEARCH: {Mover.HUMAN},
        Status.AWAITING_ANSWER: {Mover.HUMAN},
        Status.AWAITING_APPROVAL: {Mover.HUMAN},
        Status.AWAITING_CHECKS: {Mover.HUMAN},
        Status.AWAITING_REVIEW: {Mover.HUMAN},
        Status.STUCK: {Mover.HUMAN},
    }
    assert ways_into(Status.RESOLVED) == {Status.AWAITING_PROOF: {Mover.WORLD}}


def test_every_status_can_be_reached_from_the_first() -> None:
    reached = {Status.GATHERING}
    while more := {after for before, after in MOVES if before in reached} - reached:
        reached |= more
    assert reached == set(Status)


def test_the_end_can_be_reached_from_every_status() -> None:
    leading = set(CLOSED)
    while more := {before for before, after in MOVES if after in leading} - leading:
        leading |= more
    assert leading == set(Status)


@given(STATUSES, MOVERS)
def test_nothing_leads_out_of_a_closed_report_but_a_human_who_undoes_a_merge(after: Status, mover: Mover) -> None:
    assert not may_move(Status.RESOLVED, after, mover)
    assert may_move(Status.DISMISSED, after, mover) == ((after, mover) == (Status.GATHERING, Mover.HUMAN))


@given(STATUSES, MOVERS)
def test_no_move_leads_to_where_it_began(status: Status, mover: Mover) -> None:
    assert not may_move(status, status, mover)


@given(STATUSES, MOVERS)
def test_only_the_machine_gets_stuck_and_only_where_it_works(status: Status, mover: Mover) -> None:
    assert may_move(status, Status.STUCK, mover) == (status in WORKED_ON and mover is Mover.MACHINE)


@given(STATUSES, MOVERS)
def test_only_a_human_gets_a_report_unstuck_but_for_checks_that_turn_green_after_all(
    status: Status, mover: Mover
) -> None:
    back = status in WORKED_ON or status is Status.DISMISSED
    green_after_all = (status, mover) == (Status.AWAITING_REVIEW, Mover.WORLD)
    assert may_move(Status.STUCK, status, mover) == (green_after_all or (back and mover is Mover.HUMAN))


@given(STATUSES, MOVERS)
def test_a_human_may_dismiss_whatever_is_open_and_silence_what_gathers(status: Status, mover: Mover) -> None:
    by_silence = (status, mover) == (Status.GATHERING, Mover.WORLD)
    assert may_move(status, Status.DISMISSED, mover) == (by_silence or (status not in CLOSED and mover is Mover.HUMAN))


def test_the_machine_never_approves_merges_resolves_or_dismisses() -> None:
    by_machine = {(before, after) for (before, after), who in MOVES.items() if Mover.MACHINE in who}
    ends = {after for _, after in by_machine}
    assert not ends & {Status.AWAITING_FIX, Status.AWAITING_PROOF, Status.RESOLVED, Status.DISMISSED}


def test_every_status_has_a_way_out_for_whom_its_name_says_but_for_the_closed_ones() -> None:
    waits_for = {
        Status.GATHERING: Mover.WORLD,
        Status.AWAITING_RESEARCH: Mover.MACHINE,
        Status.AWAITING_ANSWER: Mover.HUMAN,
        Status.AWAITING_APPROVAL: Mover.HUMAN,
        Status.AWAITING_FIX: Mover.MACHINE,
        Status.AWAITING_CHECKS: Mover.WORLD,
        Status.AWAITING_REVIEW: Mover.HUMAN,
        Status.AWAITING_PROOF: Mover.WORLD,
        Status.STUCK: Mover.HUMAN,
    }
    assert set(waits_for) == set(Status) - CLOSED
    assert all(any(may_move(status, after, mover) for after in Status) for status, mover in waits_for.items())
