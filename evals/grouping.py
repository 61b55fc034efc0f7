"""Grouping: plays streams of signals through the pipeline in the order of arrival, and compares what it filed where."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from agents.grouping.opinions import Encoder, Weights
from evals.engines import Bench, Variation, at_once, bench
from evals.metrics import Figures, grouping_figures
from evals.reading import Arrival, rows, truth
from evals.runs import Engine, Score, spread
from storage.raw import RawSignal
from storage.records import Signal

_USUAL = Variation()
HELD_OUT = Path(__file__).parent / "held_out"


@dataclass(frozen=True)
class Played:
    """What became of a stream."""

    groups: dict[str, str]  # signal -> report; one that was held or dropped is a group of its own
    candidates: dict[str, tuple[str, ...]]  # signal -> reports that were looked at, best first
    beside: Figures  # what was not filed, and what it cost


def evaluate(data: Path, engine: Engine, runs: int, variation: Variation = _USUAL) -> list[Score]:
    """Every set below the folder (a folder with stream.jsonl and truth.jsonl), its whole stream and its dense one.

    A set that the likeness was learnt on is measured with weights that were learnt without it. A variation's replies
    are a folder with a file for each set.
    """
    scores = []
    for folder in sorted(path.parent for path in data.rglob("stream.jsonl")):
        for name in ("truth.jsonl", "truth_dense.jsonl"):
            if (folder / name).exists():
                told = variation.of(folder.name)
                kept = [measure(folder, name, engine, held_out(folder.name, told.encoder), told) for _ in range(runs)]
                title = f"{folder.name}/{name.removesuffix('.jsonl')}"
                scores.append(Score(name=title, figures=spread([whole for whole, _ in kept])))
                scores.append(Score(name=f"{title}, second half", figures=spread([half for _, half in kept])))
    return scores


def held_out(name: str, encoder: Encoder = Encoder.WORDS) -> Weights | None:
    """The weights that were learnt without this set; None when those that come with the code were."""
    path = HELD_OUT / encoder / f"{name}.json"
    if not path.exists():
        return None
    weights = Weights.model_validate_json(path.read_text("utf-8"))
    words = None if encoder is Encoder.WORDS else held_out(name)
    return weights if words is None else weights.with_words(words)


def measure(
    folder: Path, truth_name: str, engine: Engine, weights: Weights | None = None, variation: Variation = _USUAL
) -> tuple[Figures, Figures]:
    """Play the signals that the truth names; the figures of all arrivals, and of those of the second half."""
    due = truth(folder / truth_name)
    by_id = {arrival.id: arrival for arrival in rows(folder / "stream.jsonl", Arrival)}
    signals = [by_id[name].signal(place) for place, name in enumerate(due)]
    played = play(signals, engine, weights, variation)
    whole, half = (
        grouping_figures(due, played.groups, played.candidates, since=since) for since in (0, len(signals) // 2)
    )
    return {**whole, **played.beside}, half


def play(
    signals: list[RawSignal], engine: Engine, weights: Weights | None = None, variation: Variation = _USUAL
) -> Played:
    """One after the other, each filed before the next one is read.

    For the offline engine every source is trusted: it has no reading that could screen. A model reads each signal as
    one of a source that nobody trusts, which is what costs most.
    """
    sources = tuple(dict.fromkeys(signal.source for signal in signals))
    began = time.monotonic()
    with bench(engine, sources, trusted=engine is Engine.OFFLINE, weights=weights, variation=variation) as ready:
        filed = [_digest(ready, raw) for raw in signals]
        spent = ready.store.spending.total()
    seconds = time.monotonic() - began
    report_of_subject: dict[str, str] = {}
    groups: dict[str, str] = {}
    candidates: dict[str, tuple[str, ...]] = {}
    for signal in filed:
        name = f"SB-{signal.report_id}" if signal.report_id is not None else f"unfiled {signal.external_id}"
        groups[signal.external_id] = name
        candidates[signal.external_id] = tuple(report_of_subject.get(each, each) for each in signal.candidates)
        report_of_subject.setdefault(signal.external_id, name)
    each_signal = max(len(signals), 1)
    return Played(
        groups,
        candidates,
        {
            "unfiled": sum(1 for signal in filed if signal.report_id is None),
            "seconds_per_signal": seconds / each_signal,
            "calls_per_signal": spent.calls / each_signal,
            "input_tokens_per_signal": spent.input_tokens / each_signal,
            "output_tokens_per_signal": spent.output_tokens / each_signal,
            "usd_per_signal": spent.usd / each_signal,
        },
    )


def _digest(ready: Bench, raw: RawSignal) -> Signal:
    signal_id = ready.pipeline.ingest(raw).signal_id
    ready.pipeline.digest(signal_id, at_once)
    return ready.store.signals.get(signal_id)
