"""How good a grouping is, against the truth. Both are mappings from a signal's id to the name of its group.

The order of `truth` is the order of arrival. "Everything is new" already has a high B-cubed F1 on a real stream, so
that is never the headline: join F1 beside the false-join rate, ARI and pair F1 are.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

Groups = Mapping[str, str]
Figures = dict[str, float]

RECALL_AT = (1, 5, 10)


def grouping_figures(
    truth: Groups, said: Groups, candidates: Mapping[str, Sequence[str]] | None = None, *, since: int = 0
) -> Figures:
    """Everything that can be said about a grouping. `candidates` are earlier signals or groups of ours, best first.

    With `since` only the arrivals from that place on are counted; those before are what they could join.
    """
    counted = dict(list(truth.items())[since:])
    figures = {**join_figures(truth, said, since=since), **partition_figures(counted, said)}
    if candidates is not None:
        figures |= recall_figures(truth, said, candidates, since=since)
    return figures


def join_figures(truth: Groups, said: Groups, *, since: int = 0) -> Figures:
    """The decision on arrival: does it join what is there, and is that right?

    A signal is due a join when an earlier one of its true group exists. A join is right when at least half of what
    the group holds by then is of the signal's true group. A false join is one of a signal that should have opened a
    group.
    """
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    seen: set[str] = set()
    due = made = right = false = 0
    for place, (signal, group) in enumerate(truth.items()):
        here = inside[said[signal]]
        joins, fits = bool(here), here[group] * 2 >= here.total() > 0
        if place >= since:
            made += joins
            due += group in seen
            right += joins and group in seen and fits
            false += joins and group not in seen
        here[group] += 1
        seen.add(group)
    precision, recall = _share(right, made), _share(right, due)
    return {
        "join_f1": f1(precision, recall),
        "false_join_rate": _share(false, len(truth) - since - due),
        "join_precision": precision,
        "join_recall": recall,
        "due_a_join": due,
        "joins": made,
    }


def partition_figures(truth: Groups, said: Groups) -> Figures:
    """How alike two partitions are, whatever the order."""
    true_sizes, said_sizes = Counter(truth.values()), Counter(said[signal] for signal in truth)
    both = Counter((group, said[signal]) for signal, group in truth.items())
    together = sum(map(_pairs, both.values()))
    true_pairs, said_pairs = sum(map(_pairs, true_sizes.values())), sum(map(_pairs, said_sizes.values()))
    precision = together / said_pairs if said_pairs else float(not true_pairs)
    recall = together / true_pairs if true_pairs else 1.0
    by_signal = [
        (both[group, said[signal]], true_sizes[group], said_sizes[said[signal]]) for signal, group in truth.items()
    ]
    b_precision = _share(sum(common / mine for common, _, mine in by_signal), len(truth))
    b_recall = _share(sum(common / due for common, due, _ in by_signal), len(truth))
    spread_out, mixed = Counter(group for group, _ in both), Counter(name for _, name in both)
    return {
        "ari": _adjusted_rand(len(truth), together, true_pairs, said_pairs),
        "pair_f1": f1(precision, recall),
        "pair_precision": precision,
        "pair_recall": recall,
        "homogeneity": _explained(true_sizes, said_sizes, both, len(truth)),
        "completeness": _explained(
            said_sizes, true_sizes, Counter({(s, t): n for (t, s), n in both.items()}), len(truth)
        ),
        "bcubed_precision": b_precision,
        "bcubed_recall": b_recall,
        "bcubed_f1": f1(b_precision, b_recall),
        "over_merged": sum(1 for groups in mixed.values() if groups > 1),
        "under_merged": sum(1 for names in spread_out.values() if names > 1),
        "signals": len(truth),
        "true_groups": len(true_sizes),
        "groups": len(said_sizes),
    }


def recall_figures(truth: Groups, said: Groups, candidates: Mapping[str, Sequence[str]], *, since: int = 0) -> Figures:
    """Of the signals that are due a join, the share whose first k candidates hold an earlier one of their group."""
    holders: dict[str, set[str]] = defaultdict(set)  # true group -> its earlier signals, and our groups that hold one
    ranks: list[int] = []
    for place, (signal, group) in enumerate(truth.items()):
        if holders[group] and place >= since:
            hits = (rank for rank, name in enumerate(candidates.get(signal, ()), start=1) if name in holders[group])
            ranks.append(next(hits, 0))
        holders[group] |= {signal, said[signal]}
    return {f"recall@{k}": _share(sum(0 < rank <= k for rank in ranks), len(ranks)) for k in RECALL_AT}


def detection_figures(truth: Sequence[bool], said: Sequence[bool]) -> Figures:
    """Precision, recall and F1 of a yes or no, and how often yes is said of what is no."""
    hits = sum(t and s for t, s in zip(truth, said, strict=True))
    precision, recall = _share(hits, sum(said)), _share(hits, sum(truth))
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1(precision, recall),
        "false_alarms": _share(sum(said) - hits, len(truth) - sum(truth)),
        "yes": sum(truth),
        "of": len(truth),
    }


def f1(precision: float, recall: float) -> float:
    """The harmonic mean; 0 when both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _pairs(members: int) -> float:
    return members * (members - 1) / 2


def _adjusted_rand(signals: int, together: float, true_pairs: float, said_pairs: float) -> float:
    expected = true_pairs * said_pairs / _pairs(signals) if signals > 1 else 0.0
    most = (true_pairs + said_pairs) / 2
    return (together - expected) / (most - expected) if most != expected else 1.0


def _explained(sizes: Counter[str], by: Counter[str], both: Counter[tuple[str, str]], signals: int) -> float:
    """The share of the entropy of one partition that another explains; `both` is keyed (of the one, of the other)."""
    entropy = -sum(n / signals * math.log(n / signals) for n in sizes.values())
    left = -sum(n / signals * math.log(n / by[other]) for (_, other), n in both.items())
    return 1.0 - left / entropy if entropy else 1.0
