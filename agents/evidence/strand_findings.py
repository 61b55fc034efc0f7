"""What strands came to, as the research's agent reads it, and what becomes of it in what that agent hands in. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.evidence.citable import cited_as
from agents.exchange import ToolCall, ToolResult
from agents.prompts import quoted
from agents.tools.pages import clip
from agents.trail import Aside
from storage.judgments import Evidence, EvidenceKind, Hypothesis, Research, Standing

OUTPUT = 1_500  # characters of an answer that are shown around its quote
_ALIKE = 0.75  # of two statements of the same cause, by difflib's ratio

Seen = Sequence[tuple[ToolCall, ToolResult]]


@dataclass(frozen=True)
class StrandFound:
    """What one strand came to, and what its tools answered it."""

    hypothesis: Hypothesis
    would_settle: str
    dropped: Sequence[str]  # a sentence for each citation that did not hold
    seen: Seen


def findings_text(found: Sequence[StrandFound]) -> str:
    """All of it, every quote fenced and exactly as it can be cited."""
    head = (
        f"The {len(found)} causes were looked into, each by an agent of its own. Code has looked up every quote below,"
        " and you may cite each as it stands here. Keep every cause in `hypotheses`, by the same statement."
    )
    shown: set[str] = set()
    return "\n\n".join((head, *(_one(number, each, shown) for number, each in enumerate(found, 1))))


def _one(number: int, found: StrandFound, shown: set[str]) -> str:
    hypothesis = found.hypothesis
    parts = [f"## {number}. {hypothesis.standing}: {hypothesis.statement}"]
    if hypothesis.why:
        parts.append(f"Why: {hypothesis.why}")
    if found.would_settle:
        parts.append(f"What would settle it: {found.would_settle}")
    for side, evidence in (("For it", hypothesis.evidence_for), ("Against it", hypothesis.evidence_against)):
        parts += [f"{side}, {_evidence(one, found.seen, shown)}" for one in evidence]
    parts += [f"Left out, for it did not hold: {sentence}" for sentence in found.dropped]
    return "\n".join(parts)


def _evidence(one: Evidence, seen: Seen, shown: set[str]) -> str:
    """A quote, and the answer around it unless that has been `shown` beside another one."""
    where = f"{one.where}:{one.line}" if one.line is not None else one.where
    parts = [f"{one.kind} `{where}`:", quoted(one.quote, "quote")]
    if one.kind in (EvidenceKind.COMMAND, EvidenceKind.QUERY):
        whole = next((result.text for call, result in seen if not result.failed and _is(call, one.where)), "")
        if len(whole) > len(one.quote) and whole not in shown:
            shown.add(whole)
            parts += ["out of this answer:", quoted(clip(whole, OUTPUT), "answer")]
    return "\n".join(parts)


def _is(call: ToolCall, where: str) -> bool:
    return cited_as(call).startswith(where)  # what is cited may be cut at its end


# ── in the submission ───────────────────────────────────────────────────────────────────────────────────────────


def unheeded(found: Research, asides: Iterable[Aside]) -> list[str]:
    """Where a submission leaves out what a strand found, or says otherwise without evidence of its own."""
    lines = []
    for weighed in _latest(asides):
        same = _same(weighed, found.hypotheses)
        if same is None:
            lines.append(
                f"- “{weighed.statement}” was looked into ({weighed.standing}) and is not among your hypotheses: keep"
                " it by that statement, or it is added as it was found"
            )
        elif _contradicts(same, weighed):
            lines.append(
                f"- “{weighed.statement}” was {weighed.standing} when it was looked into by itself, and you say"
                f" {same.standing} without evidence that it did not have"
            )
    return lines


def completed(found: Research, asides: Iterable[Aside]) -> Research:
    """The research with the causes that were looked into and that it leaves out: ruled out or open, they are shown."""
    left_out = [weighed for weighed in _latest(asides) if _same(weighed, found.hypotheses) is None]
    return found.model_copy(update={"hypotheses": (*found.hypotheses, *left_out)}) if left_out else found


def _latest(asides: Iterable[Aside]) -> Iterable[Hypothesis]:
    """What was looked into; of a cause that was looked into twice, what came of it last."""
    return {_plain(weighed.statement): weighed for aside in asides for weighed in aside.hypotheses}.values()


def _contradicts(said: Hypothesis, weighed: Hypothesis) -> bool:
    if weighed.standing is Standing.OPEN or said.standing is weighed.standing:
        return False
    if weighed.standing is Standing.REJECTED:
        return not _new(said.evidence_for, weighed.evidence_for)
    return not _new(said.evidence_against, weighed.evidence_against)


def _new(said: Sequence[Evidence], known: Sequence[Evidence]) -> bool:
    before = {(one.kind, one.where, _plain(one.quote)) for one in known}
    return any((one.kind, one.where, _plain(one.quote)) not in before for one in said)


def _same(weighed: Hypothesis, among: Sequence[Hypothesis]) -> Hypothesis | None:
    """The hypothesis that states the same cause: in the same words, or in nearly the same."""
    by_words = {_plain(each.statement): each for each in among}
    alike = difflib.get_close_matches(_plain(weighed.statement), by_words, n=1, cutoff=_ALIKE)
    return by_words[alike[0]] if alike else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
