"""`GET /metrics`: numbers for Prometheus, at an address of their own, which is off until SIGNALBOX_METRICS names it.

Nothing is counted in the process: all numbers come from rows, so that a restart forgets none and every worker says the
same. They are not served where webhooks are received: that address is often open to the world.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from agents.terms import Policy
from bot.circuits import all_breakers
from bot.engine import Engine
from bot.http import HttpServer
from bot.patience import Lately
from bot.settings import Settings
from storage.columns import now
from storage.counting import Number
from storage.errors import DatabaseDown
from storage.plumbing import Breaker
from storage.store import Store

_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_KEPT = 10.0  # seconds that an answer serves; of a million signals it takes a moment to count
_SILENCE = dt.timedelta(seconds=20)  # after which a worker is taken for dead
_PAUSED = "paused"


@dataclass(frozen=True)
class Family:
    """Numbers of one name."""

    name: str
    says: str
    labels: tuple[str, ...]
    numbers: Iterable[Number]
    counts_up: bool = False

    def lines(self) -> Iterator[str]:
        """As Prometheus reads it."""
        yield f"# HELP {self.name} {self.says}"
        yield f"# TYPE {self.name} {'counter' if self.counts_up else 'gauge'}"
        for number in self.numbers:
            pairs = zip(self.labels, number.of, strict=True)
            of = ",".join(f'{label}="{_escaped(value)}"' for label, value in pairs)
            yield f"{self.name}{f'{{{of}}}' if of else ''} {number.value:.10g}"


@dataclass
class Metrics:
    """Writes them. `jobs` gives the ids of those that wait or run."""

    store: Store
    policy: Policy
    jobs: Callable[[], Sequence[str]]
    clock: Callable[[], dt.datetime] = field(default=now)
    _lately: Lately[str] = field(default_factory=lambda: Lately(_KEPT))

    def app(self) -> Starlette:
        """The application to serve."""
        return Starlette(routes=[Route("/metrics", self._metrics), Route("/health", self._health)])

    def text(self) -> str:
        """All of them. Raises DatabaseDown."""
        return "".join(f"{line}\n" for family in self._families() for line in family.lines())

    def _families(self) -> Iterator[Family]:
        at = self.clock()
        counted, kinds = self.store.counting.now(at), Counter(job.partition(":")[0] for job in self.jobs())
        breakers = [(each, each.breaker(at) is Breaker.OPEN) for each in all_breakers(self.store, self.policy)]
        read = [(name, self.store.cursors.get(name)) for name in self.policy.sources]
        living = sum(at - worker.beat_at < _SILENCE for worker in self.store.leases.workers())
        yield Family("signalbox_signals", "Signals that are kept.", ("source", "status"), counted.signals)
        says = "Signals whose digest failed and is tried again."
        yield Family("signalbox_signals_troubled", says, ("source",), counted.troubled)
        yield Family("signalbox_reports", "Reports.", ("status",), counted.reports)
        says = "Runs of research and fixes; those without an outcome go on."
        yield Family("signalbox_runs", says, ("stage", "outcome"), counted.runs)
        jobs = [Number((kind,), count) for kind, count in sorted(kinds.items())]
        yield Family("signalbox_jobs_unfinished", "Jobs that wait or run.", ("kind",), jobs)
        says = "How long the longest wait for the machine has taken."
        yield Family("signalbox_longest_wait_seconds", says, ("what",), counted.waits)
        says = "Calls of models that ended."
        yield Family("signalbox_model_calls_total", says, ("stage", "model"), counted.calls, counts_up=True)
        says = "What they cost, in US dollars, by our list of prices."
        yield Family("signalbox_model_usd_total", says, ("stage", "model"), counted.usd, counts_up=True)
        says = "1 while it is left alone, because it does not answer."
        rests = [Number((each.source,), float(rests)) for each, rests in breakers]
        yield Family("signalbox_breaker_open", says, ("dependency",), rests)
        says = "When the source was last read, in Unix time; 0: never."
        moments = [Number((name,), each.moved_at.timestamp() if each.value else 0.0) for name, each in read]
        yield Family("signalbox_source_read_timestamp_seconds", says, ("source",), moments)
        dead = [Number((), len(self.store.inbox.dead()))]
        yield Family("signalbox_slack_events_dead", "Events of Slack that were given up, 200 at most.", (), dead)
        yield Family("signalbox_workers", "Processes that run jobs.", (), [Number((), living)])
        paused = [Number((), float(self.store.switches.on(_PAUSED)))]
        yield Family("signalbox_paused", "1 while all work is paused.", (), paused)

    async def _metrics(self, _: Request) -> Response:
        try:
            text = self._lately.get("") or self._lately.put("", await run_in_threadpool(self.text))
        except DatabaseDown as error:
            return PlainTextResponse(f"# {error}\n", 503)
        return Response(text, media_type=_FORMAT)

    async def _health(self, _: Request) -> Response:
        try:
            await run_in_threadpool(self.store.filing.epoch)
        except DatabaseDown as error:
            return PlainTextResponse(f"{error}\n", 503)
        return PlainTextResponse("ok\n")


def served(settings: Settings, policy: Policy, store: Store, engine: Engine) -> AbstractContextManager[object]:
    """Serve them while the block lasts, if an address is set. Raises BadSettings where that is not to be had."""
    if not settings.signalbox_metrics:
        return nullcontext()
    host, _, port = settings.signalbox_metrics.rpartition(":")
    app = Metrics(store, policy, engine.alive).app()
    return HttpServer(app, host.strip("[]"), int(port), serves="/metrics", variables="SIGNALBOX_METRICS")


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
