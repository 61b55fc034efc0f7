"""`GET /metrics`: numbers for Prometheus, at an address of their own, which is off until SIGNALBOX_METRICS names it.

All numbers come from rows, so that a restart forgets none and every worker says the same; but for the jobs that ended,
of which each process counts its own. They are not served where webhooks are received: that address is often open to
the world.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from agents.terms import Policy
from bot.circuits import all_breakers
from bot.durable.engine import Engine
from bot.durable.tally import Tally
from bot.http_server import HttpServer
from bot.patience import Latest
from bot.settings import Settings
from storage.columns import now
from storage.counting import Number
from storage.errors import DatabaseDown
from storage.plumbing import Breaker
from storage.store import Store
from storage.switches import PAUSED

_KEPT = 10.0  # seconds that an answer serves; of a million signals it takes a moment to count
_SILENCE = dt.timedelta(seconds=20)  # after which a worker is taken for dead
_PATIENCE = 3.0  # seconds that who asks is made to wait; Prometheus by itself gives up after ten
_OLD = 300.0  # seconds after which an answer serves nobody any more
_SILENT = "The database did not answer in time: it is locked, or its disk or network is slow."


@dataclass(frozen=True)
class Collected:
    """What the client's encoders take: a collector that has collected already."""

    families: tuple[Metric, ...]

    def collect(self) -> Iterable[Metric]:
        """The families."""
        return self.families


@dataclass
class Metrics:
    """Writes them. `jobs` gives the ids of those that wait or run, `tally` what became of this process's own."""

    store: Store
    policy: Policy
    jobs: Callable[[], Sequence[str]]
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], dt.datetime] = field(default=now)
    patience: float = _PATIENCE

    def __post_init__(self) -> None:
        self._latest = Latest(self.collected, serves=_KEPT, patience=self.patience, old=_OLD)

    def app(self) -> Starlette:
        """The application to serve."""
        return Starlette(routes=[Route("/metrics", self._metrics), Route("/health", self._health)])

    def _families(self) -> Iterator[Metric]:
        at = self.clock()
        says = "When these numbers were counted, in Unix time: they may be older where the database is slow."
        yield _gauge("signalbox_counted_timestamp_seconds", says, (), [Number((), at.timestamp())])
        counted, kinds = self.store.counting.now(at), Counter(job.partition(":")[0] for job in self.jobs())
        breakers = [(each, each.breaker(at) is Breaker.OPEN) for each in all_breakers(self.store, self.policy)]
        read = [(name, self.store.cursors.get(name)) for name in self.policy.sources]
        living = sum(at - worker.beat_at < _SILENCE for worker in self.store.leases.workers())
        yield _gauge("signalbox_signals", "Signals that are kept.", ("source", "status"), counted.signals)
        says = "Signals whose digest failed and is tried again."
        yield _gauge("signalbox_signals_troubled", says, ("source",), counted.troubled)
        yield _gauge("signalbox_reports", "Reports.", ("status",), counted.reports)
        says = "Runs of research and fixes; those without an outcome go on."
        yield _gauge("signalbox_runs", says, ("stage", "outcome"), counted.runs)
        jobs = [Number((kind,), count) for kind, count in sorted(kinds.items())]
        yield _gauge("signalbox_jobs_unfinished", "Jobs that wait or run.", ("kind",), jobs)
        says = "How long the longest wait for the machine has taken."
        yield _gauge("signalbox_longest_wait_seconds", says, ("what",), counted.waits)
        yield from self._ended()
        yield _counter("signalbox_model_calls", "Calls of models that ended.", ("stage", "model"), counted.calls)
        says = "What they cost, in US dollars, by our list of prices."
        yield _counter("signalbox_model_usd", says, ("stage", "model"), counted.usd)
        says = "1 while it is left alone, because it does not answer."
        rests = [Number((each.source,), float(rests)) for each, rests in breakers]
        yield _gauge("signalbox_breaker_open", says, ("dependency",), rests)
        says = "When the source was last read, in Unix time; 0: never."
        moments = [Number((name,), each.moved_at.timestamp() if each.value else 0.0) for name, each in read]
        yield _gauge("signalbox_source_read_timestamp_seconds", says, ("source",), moments)
        dead = [Number((), len(self.store.inbox.dead()))]
        yield _gauge("signalbox_slack_events_dead", "Events of Slack that were given up, 200 at most.", (), dead)
        yield _gauge("signalbox_workers", "Processes that run jobs.", (), [Number((), living)])
        paused = [Number((), float(self.store.switches.on(PAUSED)))]
        yield _gauge("signalbox_paused", "1 while all work is paused.", (), paused)

    def _ended(self) -> Iterator[Metric]:
        """What is not in rows."""
        many, took = self.tally.many(), self.tally.seconds()
        ended = [Number((kind, how.value), count) for (kind, how), count in sorted(many.items())]
        says = "Jobs that ended in this process since it began; each process counts its own."
        yield _counter("signalbox_jobs_ended", says, ("kind", "outcome"), ended)
        seconds = [Number((kind,), spent) for kind, spent in sorted(took.items())]
        yield _counter("signalbox_job_seconds", "How long those took.", ("kind",), seconds)

    async def _metrics(self, request: Request) -> Response:
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        try:
            collected = await run_in_threadpool(self._latest.get)
        except DatabaseDown as error:
            return PlainTextResponse(f"# {error}\n", 503)
        if collected is None:
            return PlainTextResponse(f"# {_SILENT}\n", 503)
        return Response(encode(collected), headers={"Content-Type": media_type})

    def collected(self) -> Collected:
        """All of them, for the client's encoders. Raises DatabaseDown."""
        return Collected(tuple(self._families()))

    async def _health(self, _: Request) -> Response:
        try:
            await run_in_threadpool(self.store.filing.epoch)
        except DatabaseDown as error:
            return PlainTextResponse(f"{error}\n", 503)
        return PlainTextResponse("ok\n")


def served(
    settings: Settings, policy: Policy, store: Store, engine: Engine, tally: Tally
) -> AbstractContextManager[object]:
    """Serve them while the block lasts, if an address is set. Raises BadSettings where that is not to be had."""
    if not settings.signalbox_metrics:
        return nullcontext()
    host, _, port = settings.signalbox_metrics.rpartition(":")
    app = Metrics(store, policy, engine.alive, tally).app()
    return HttpServer(app, host.strip("[]"), int(port), serves="/metrics", variables="SIGNALBOX_METRICS")


def _gauge(name: str, says: str, labels: Sequence[str], numbers: Iterable[Number]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for number in numbers:
        family.add_metric(number.of, number.value)
    return family


def _counter(name: str, says: str, labels: Sequence[str], numbers: Iterable[Number]) -> Metric:
    """The client ends its name with _total."""
    family = CounterMetricFamily(name, says, labels=labels)
    for number in numbers:
        family.add_metric(number.of, number.value)
    return family
