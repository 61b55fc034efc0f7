"""What is forgotten by the clock: jobs that ended, calls that nobody answered, words older than the policy says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import structlog

from bot.clock import Tick
from bot.durable.engine import Engine
from bot.pulling.pulls import FIRST
from storage.store import Store

log = structlog.get_logger()

KEEP_ENDED = dt.timedelta(days=3)
KEEP_TICKS = dt.timedelta(hours=1)  # longer than clocks differ: a slot's tick is not to be made again
CLOCKS_APART = 60.0  # seconds: what another machine made a moment early is left to it
_AT_ONCE = 1_000  # jobs
_TICKS = ("sweep", "look", "remind", "standing", "reencode")  # tens of thousands in three days
_OF_A_LOOK = ("follow:", "prove:")  # they bear the slot of the look that made them
KEEP_BEGUN = dt.timedelta(days=1)  # first pulls that were broken off, with the words they had read
KEEP_RESERVED = dt.timedelta(hours=1)  # no call of a model takes as long


def forget(store: Store, engine: Engine, at: dt.datetime) -> None:
    """Forget what is of no use any more to the machinery."""
    forget_reservations(store, at)
    forget_jobs(engine, at)


def forget_jobs(engine: Engine, at: dt.datetime) -> None:
    """Delete the jobs that ended days ago, with what their checkpoints hold of signals and transcripts.

    Ticks that come by the minute go sooner: on SQLite all jobs that are kept are read to find those that are at work.
    """
    gone = forget_ended(engine, at - KEEP_ENDED) + forget_ended(engine, at - KEEP_TICKS, _TICKS)
    if gone:
        log.info("forgot ended jobs", jobs=gone)


def forget_ended(engine: Engine, before: dt.datetime, kinds: Sequence[str] = (), at_once: int = _AT_ONCE) -> int:
    """Delete the jobs of these kinds, or all, that ended before this moment; returns how many."""
    gone = 0
    while old := engine.ended(at_once, before=before.isoformat(), kinds=kinds):
        engine.delete(old)
        gone += len(old)
    return gone


def forget_ahead(engine: Engine, ticks: Sequence[Tick], at: float, at_once: int = _AT_ONCE) -> None:
    """Delete the jobs of slots that are still to come at `at` (Unix time), which a clock that was ahead has made.

    Else these slots would bring nothing. Stops where none of the latest jobs is one.
    """
    lengths = {tick.name: tick.every for tick in ticks}

    def is_ahead(job_id: str) -> bool:
        name, _, slot = job_id.rpartition(":")
        every = lengths.get("look" if name.startswith(_OF_A_LOOK) else name)
        return every is not None and slot.isdecimal() and int(slot) * every > at + CLOCKS_APART

    kinds = [*lengths, *(name.removesuffix(":") for name in _OF_A_LOOK)]
    while ahead := [job_id for job_id in engine.ended(at_once, kinds=kinds) if is_ahead(job_id)]:
        engine.delete(ahead)
        log.info("forgot jobs of slots that are still to come", jobs=len(ahead))


def forget_reservations(store: Store, at: dt.datetime) -> None:
    """Free the money that was put aside for calls of a model which died with their process."""
    if gone := store.spending.write_off(at - KEEP_RESERVED):
        log.info("wrote off calls that were never answered", calls=gone)


def forget_words(store: Store, at: dt.datetime, seconds: float) -> None:
    """Erase the words that are older than so many seconds, and scrub whatever was erased off the disk."""
    if gone := store.retention.forget(at - dt.timedelta(seconds=seconds)):
        log.info("forgot old words", **gone.model_dump())
    store.cursors.abandon(FIRST, at - KEEP_BEGUN)
    if rows := store.messages.prune(at):
        log.info("forgot messages that belong to no signal", rows=rows)
    if store.retention.scrub():
        log.info("scrubbed what was erased")
