"""On the playground, without a model: what a bot takes of a machine and its database while nothing happens."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from agents.terms import Waits
from benchmarks.databases import POSTGRESQL
from benchmarks.town import a_town
from playground.townsfolk import Pace

_SETTLES = 20.0  # seconds in which what a start brings is over
_AS_INSTALLED = Waits()


@dataclass(frozen=True)
class _Taken:
    """What was taken until now: seconds of a processor, bytes written, transactions of PostgreSQL."""

    at: float
    processor: float
    written: int
    transactions: int

    @classmethod
    def until_now(cls, pid: int, url: str) -> _Taken:
        return cls(time.monotonic(), _processor(pid), _written(pid), _transactions(url))


def idle(kind: str, url: str, seconds: float) -> None:
    """How much of a core an idle bot takes, and what it asks of its database."""
    with a_town(url, pace=Pace(follow=_AS_INSTALLED.follow), sources=(), terms=_sweeps_as_installed) as town:
        time.sleep(_SETTLES)
        pid, database = town.bots[0].pid, url if kind == POSTGRESQL else ""
        before = _Taken.until_now(pid, database)
        time.sleep(seconds)
        after = _Taken.until_now(pid, database)
    took = after.at - before.at
    line = f"idle: {(after.processor - before.processor) / took:.1%} of a core, "
    line += f"{(after.written - before.written) / took / 1024:.1f} KB written a second"
    if database:
        line += f", {(after.transactions - before.transactions) / took:.1f} transactions a second"
    print(line, flush=True)


def _sweeps_as_installed(policy: str) -> str:
    return policy.replace('sweep = "1s"', f'sweep = "{_AS_INSTALLED.sweep:g}s"')


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _written(pid: int) -> int:
    lines = Path(f"/proc/{pid}/io").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


def _transactions(url: str) -> int:
    if not url:
        return 0
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database").fetchone()
    return int(row[0]) if row else 0
