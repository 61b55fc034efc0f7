"""Plays a labelled stream, filed as its truth says, and notes what arriving signals have in common with candidates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.adapters.plain_reading import gist, queries
from agents.gathering.reencoding import texts_of
from agents.grouping.opinions import Evidence
from agents.grouping.ranking import KIN
from agents.grouping.saying import LEAD_LIMIT
from evals.engines import Bench, Variation, bench
from evals.reading import Arrival, rows, truth
from evals.runs import Engine
from storage.judgments import Grouping, Screening, Summary
from storage.raw import RawSignal
from storage.records import Signal
from storage.reports.filing import NewReport
from storage.searching.search import Candidate
from storage.status import Visibility

_POOL = 64  # candidates that are learnt from: the most distant ones teach nothing that tells the near ones apart


@dataclass(frozen=True)
class Moment:
    """A signal's arrival: what the candidates have in common with it, and which of them is right (-1: none)."""

    evidence: Evidence
    candidates: int
    right: int


def moments_of(folder: Path, keep: Path | None, sentences: str) -> list[Moment]:
    """What happened, from the file if it was played before."""
    file = keep / f"{folder.name}.npz" if keep else None
    if file is not None and file.exists():
        return _unpacked(dict(np.load(file)))
    played = play(folder, sentences)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        packed: dict[str, Any] = _packed(played)
        np.savez(file, **packed)
    return played


def play(folder: Path, sentences: str = "") -> list[Moment]:
    """One set, filed as its truth says."""
    dense = folder / "truth_dense.jsonl"
    due = truth(dense if dense.exists() else folder / "truth.jsonl")
    by_id = {arrival.id: arrival for arrival in rows(folder / "stream.jsonl", Arrival)}
    moments: list[Moment] = []
    report_of: dict[str, int] = {}
    with bench(Engine.OFFLINE, (), trusted=True, variation=Variation(sentences=sentences)) as ready:
        ranking = ready.pipeline.means.ranking
        for place, (name, group) in enumerate(due.items()):
            signal, summary = _described(ready, by_id[name].signal(place))
            found = _found(ready, signal, summary)
            evidence = ranking.evidence(signal, summary, found, ready.store.search.rarity)
            if evidence is not None:
                ids = [candidate.report_id for candidate in found]
                mine = report_of.get(group)
                right = ids.index(mine) if mine in ids else -1
                moments.append(Moment(evidence, len(found), right))
            report_of[group] = _file(ready, signal, summary, report_of.get(group))
    return moments


def _described(ready: Bench, raw: RawSignal) -> tuple[Signal, Summary]:
    means = ready.pipeline.means
    signal_id = means.store.signals.remember(means.redactor.raw(raw)).signal_id
    signal = means.store.signals.get(signal_id)
    title = " ".join(signal.title.split())[:300] or signal.body[:120]
    summary = Summary(
        about_product=True,
        title=title,
        gist=gist(f"{signal.title}\n\n{signal.body}"),
        queries=queries(title, f"{signal.title}\n\n{signal.body}"),
    )
    vector, *asked = means.vectoriser.vectors(texts_of(signal, summary, means.encoder))
    means.store.signals.describe(signal_id, Screening(reason="labelled data"), summary, vector, b"".join(asked))
    return means.store.signals.get(signal_id), summary


def _found(ready: Bench, signal: Signal, summary: Summary) -> tuple[Candidate, ...]:
    size = len(signal.vector or b"")
    asked = signal.query_vectors or b""
    title = signal.title or summary.title
    return ready.store.search.candidates(
        (),
        (*summary.queries, title, signal.body[:LEAD_LIMIT]),
        tuple(asked[start : start + size] for start in range(0, len(asked), size)),
        signal.vector or b"",
        limit=_POOL,
        kin=KIN,
        title=title,
    )


def _file(ready: Bench, signal: Signal, summary: Summary, report_id: int | None) -> int:
    filing = ready.store.filing
    subject = signal.external_id
    opened = NewReport(title=summary.title, gist="", subject=subject, channel="", visibility=Visibility.PUBLIC)
    return filing.file(
        signal.id or 0,
        report_id=report_id,
        grouping=Grouping(reason="as the truth says"),
        candidates=(),
        epoch=filing.epoch(),
        weight=1.0,
        keys=(),
        new_report=None if report_id else opened,
        step=f"learn:{signal.id}",
    ).report_id


def _packed(moments: list[Moment]) -> dict[str, Any]:
    return {
        "rows": np.concatenate([m.evidence.rows for m in moments]),
        "owners": np.concatenate([m.evidence.owners for m in moments]),
        "sizes": np.array([len(m.evidence.rows) for m in moments]),
        "candidates": np.array([m.candidates for m in moments]),
        "right": np.array([m.right for m in moments]),
    }


def _unpacked(kept: dict[str, NDArray[np.generic]]) -> list[Moment]:
    ends = np.cumsum(kept["sizes"])
    told = []
    for at, end in enumerate(ends):
        part = slice(int(end - kept["sizes"][at]), int(end))
        evidence = Evidence(kept["rows"][part].astype(np.float32), kept["owners"][part].astype(np.int64))
        told.append(Moment(evidence, int(kept["candidates"][at]), int(kept["right"][at])))
    return told
