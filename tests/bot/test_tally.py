"""What became of a process's jobs is counted as they end."""

from __future__ import annotations

import pytest

from bot.durable.queues import Queue
from bot.durable.tally import Ended, Tally
from storage.status import Status
from tests.bot.works import Works, until
from tests.factories import a_report


def test_a_block_that_ends_counts_how_it_ended_and_how_long_it_took() -> None:
    at = 10.0
    tally = Tally(clock=lambda: at)
    for how in (Ended.DONE, Ended.FAILED, Ended.DONE):
        with tally.of("fix") as turn:
            at += 2.5
            turn.ended = how
    with pytest.raises(KeyboardInterrupt), tally.of("pull"):
        raise KeyboardInterrupt

    assert tally.many() == {("fix", Ended.DONE): 2, ("fix", Ended.FAILED): 1, ("pull", Ended.INTERRUPTED): 1}
    assert tally.seconds() == {"fix": 7.5, "pull": 0.0}


def test_jobs_are_counted_by_how_they_ended(works: Works) -> None:
    works.pipeline.fails.append(KeyError("surprise"))
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.jobs.enqueuer.work(report)
    works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    wanted = {("research", Ended.FAILED): 1, ("pull", Ended.DONE): 1}
    until(lambda: wanted.items() <= works.jobs.tally.many().items(), "both jobs end")
    assert works.jobs.tally.seconds().keys() >= {"research", "pull"}
