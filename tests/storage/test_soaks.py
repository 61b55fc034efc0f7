"""What a soak is judged by, on both databases: the releases of its beginning, and how far sources were read."""

from __future__ import annotations

from storage.columns import now
from storage.records import Entry, EntryKind
from storage.reports.soaks import Ending, KnownReleases, NamedReleases, ReadUntil, ending_of
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_raw_signal, a_report

KNOWN = KnownReleases(named=(NamedReleases(source="errors", labels=("shop",), releases=("shop@4.12.3",)),))


def test_a_soak_that_goes_on_after_a_retry_knows_the_releases_of_its_beginning(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_REVIEW).id or 0
    assert store.soaks.known(report_id) == KnownReleases()
    move = store.reports.move
    move(report_id, Status.AWAITING_PROOF, mover=Mover.HUMAN, who="ada", because="merged", judgment=KNOWN)
    move(report_id, Status.STUCK, mover=Mover.MACHINE, who="machine", because="GitHub said no")
    move(report_id, Status.AWAITING_PROOF, mover=Mover.HUMAN, who="U1", because="retry")
    assert store.soaks.known(report_id) == KNOWN


def test_a_source_whose_first_pull_never_ended_was_never_read(store: Store) -> None:
    store.cursors.failed("new", "it says no", None)
    store.cursors.advance("errors", "7", [a_raw_signal(source="errors")])
    store.cursors.failed("errors", "it says no", None)

    never, read, new = store.soaks.readings(["errors", "new", "a"])
    assert never == ReadUntil(source="a", until=None)
    assert (read.source, read.in_trouble, read.until is not None and read.until <= now()) == ("errors", True, True)
    assert new == ReadUntil(source="new", until=None, in_trouble=True)


def test_what_an_older_version_resolved_was_told_as_proven_and_stays_so() -> None:
    told = (Ending.PROVEN.value, Ending.UNHEARD.value)
    moves = [Entry(report_id=1, kind=EntryKind.MOVE, text=text, after=Status.RESOLVED) for text in told]
    assert (ending_of(moves[:1]), ending_of(moves), ending_of([])) == (Ending.PROVEN, Ending.UNHEARD, Ending.PROVEN)
