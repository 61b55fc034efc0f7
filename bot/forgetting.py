"""What is forgotten by the clock: jobs that ended, calls that nobody answered, words older than the policy says."""

from __future__ import annotations

import datetime as dt

import structlog

from bot.durable.engine import Engine
from bot.pulling.pulls import FIRST
from storage.store import Store

log = structlog.get_logger()

KEEP_ENDED = dt.timedelta(days=3)
KEEP_TICKS = dt.timedelta(hours=1)  # longer than clocks differ: a slot's tick is not to be made again
_TICKS = ("sweep", "look", "remind", "standing", "reencode")  # tens of thousands in three days
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
    gone = engine.forget((at - KEEP_ENDED).isoformat())
    gone += engine.forget((at - KEEP_TICKS).isoformat(), kinds=_TICKS)
    if gone:
        log.info("forgot ended jobs", jobs=gone)


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
