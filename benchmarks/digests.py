"""How many signals are digested a second without a model, as the stream grows: the pipeline alone, one at a time."""

from __future__ import annotations

import time

from benchmarks.stock import stock
from benchmarks.stream import Stream, Telling
from evals.engines import Bench, at_once, bench
from evals.runs import Engine
from storage.columns import now
from storage.raw import RawSignal

_WARM, _DIGESTED = 20, 60


def measure(sizes: list[int]) -> None:
    """Print a line for each number of signals that are stored before; on SQLite."""
    stream = Stream()
    for size in sizes:
        with bench(Engine.OFFLINE, ("webhook",), trusted=True) as ready:
            if size:
                stock(str(ready.store.engine.url), stream, size)
            asked = list(stream.ask([number % max(size // 3, 40) for number in range(_WARM + _DIGESTED)]))
            for number, telling in enumerate(asked[:_WARM]):
                _digest(ready, telling, number)
            began, worked = time.perf_counter(), time.process_time()
            for number, telling in enumerate(asked[_WARM:], start=_WARM):
                _digest(ready, telling, number)
            seconds, own = time.perf_counter() - began, (time.process_time() - worked) / _DIGESTED
        print(
            f"   {size:>6,} stored: {_DIGESTED / seconds:.1f} a second, own work {own * 1000:.0f} ms each", flush=True
        )


def _digest(ready: Bench, telling: Telling, number: int) -> None:
    raw = RawSignal(
        source="webhook", external_id=f"new-{number}", title=telling.title, body=telling.body, happened_at=now()
    )
    ready.pipeline.digest(ready.pipeline.ingest(raw).signal_id, at_once)
