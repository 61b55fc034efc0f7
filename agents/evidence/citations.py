"""Checks every citation of a piece of research against what is really there, and drops what does not hold. Pure."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storage.judgments import MOST_NAMED, Confidence, Evidence, EvidenceKind, Finding, Hypothesis, Research, Standing

NEAR = 25  # lines by which a citation may be off when its text stands in several places
LEAST = 4  # letters and digits that a quote must have to show anything
_MOST_QUOTED = 4000
_GUTTER = re.compile(r"^\s*\d+(?:\s{2}|\t|: ?)")


@dataclass(frozen=True)
class Sources:
    """Where evidence can be looked up: files at the base commit, signals by id, and what was printed in this run.

    `file` gives the text of a file, redacted as agents see it, or None. `outputs` are (command, output) of what was
    run, `history` of what looked into the past, `queries` (tool and arguments, answer) of every other look-up, each in
    its order.
    """

    file: Callable[[str], str | None]
    signals: Mapping[str, str]
    outputs: Sequence[tuple[str, str]]
    history: Sequence[tuple[str, str]] = ()
    queries: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Checked:
    """Research in which every citation holds, and a sentence for each thing that was dropped or corrected down."""

    research: Research  # with the counts of its citations filled in
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class CheckedClaims:
    """Claims of which every citation holds, a sentence for each thing that was dropped, and how many citations were."""

    claims: tuple[Finding, ...]
    dropped: tuple[str, ...]
    made: int
    lost: int


def check(research: Research, sources: Sources) -> Checked:
    """Keep what holds, its lines corrected; drop evidence that does not, and every claim that then rests on nothing."""
    checking = _Checking(sources)
    findings = tuple(filter(None, (checking.finding(finding) for finding in research.findings)))
    hypotheses = tuple(checking.hypothesis(hypothesis) for hypothesis in research.hypotheses)
    counts = {"citations_made": checking.made, "citations_dropped": checking.lost, "assessment": None}
    kept = research.model_copy(update={"findings": findings, "hypotheses": hypotheses, **counts})
    return Checked(checking.confident(checking.planned(kept)), tuple(checking.dropped))


def check_hypothesis(hypothesis: Hypothesis, sources: Sources) -> tuple[Hypothesis, tuple[str, ...]]:
    """One hypothesis with what holds of it, and a sentence for each thing that was dropped or corrected down."""
    checking = _Checking(sources)
    return checking.hypothesis(hypothesis), tuple(checking.dropped)


def check_claims(claims: Sequence[Finding], sources: Sources) -> CheckedClaims:
    """Of some claims those that rest on evidence, with what of it holds."""
    checking = _Checking(sources)
    kept = tuple(filter(None, (checking.finding(claim) for claim in claims)))
    return CheckedClaims(kept, tuple(checking.dropped), checking.made, checking.lost)


def holds(quote: str, text: str) -> bool:
    """Whether the text says this, whatever white space lies between the words."""
    return bool(_spans(quote, text))


def _supporting(research: Research) -> Iterator[Evidence]:
    """The evidence on which the cause rests."""
    for finding in research.findings:
        yield from finding.evidence
    for hypothesis in research.hypotheses:
        if hypothesis.standing is Standing.SUPPORTED:
            yield from hypothesis.evidence_for


def _cites_code(research: Research) -> bool:
    return any(one.kind is EvidenceKind.CODE for one in _supporting(research))


@dataclass
class _Checking:
    """One check of one piece of research; collects what it drops."""

    sources: Sources
    dropped: list[str] = field(default_factory=list)
    made: int = 0  # citations
    lost: int = 0  # of them, those that do not hold

    def finding(self, finding: Finding) -> Finding | None:
        evidence = self.kept(finding.evidence)
        if not evidence:
            self.dropped.append(f"the finding “{finding.claim}”: none of its evidence holds")
            return None
        return finding.model_copy(update={"evidence": evidence})

    def hypothesis(self, hypothesis: Hypothesis) -> Hypothesis:
        """A hypothesis that has lost what it stood or fell by is open."""
        pro, contra = self.kept(hypothesis.evidence_for), self.kept(hypothesis.evidence_against)
        baseless = (hypothesis.standing is Standing.SUPPORTED and not pro) or (
            hypothesis.standing is Standing.REJECTED and not contra
        )
        if baseless:
            self.dropped.append(
                f"“{hypothesis.statement}” counts as open, not {hypothesis.standing}: no evidence holds"
            )
        standing = Standing.OPEN if baseless else hypothesis.standing
        return hypothesis.model_copy(
            update={"evidence_for": pro, "evidence_against": contra, "standing": standing},
        )

    def planned(self, research: Research) -> Research:
        """A plan needs cited code to rest on."""
        if research.plan is None or _cites_code(research):
            return research
        self.dropped.append("the plan: no citation of code holds that it could rest on")
        missing = research.missing or "A citation of the code at fault; those that were given are not there."
        return research.model_copy(update={"plan": None, "missing": missing})

    def confident(self, research: Research) -> Research:
        """The confidence, no higher than what holds allows."""
        ran = {name[:MOST_NAMED] for name, _ in self.sources.outputs}
        most = Confidence.INFERRED if _cites_code(research) else Confidence.GUESSED
        if any(one.kind is EvidenceKind.COMMAND and one.where in ran for one in _supporting(research)):
            most = Confidence.REPRODUCED
        order = list(Confidence)
        if order.index(research.confidence) >= order.index(most):
            return research
        self.dropped.append(f"the confidence is {most}, not {research.confidence}: no evidence for more holds")
        return research.model_copy(update={"confidence": most})

    def kept(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        found = []
        for one in evidence:
            looked_up = self.look_up(one)
            self.made += 1
            if isinstance(looked_up, str):
                self.lost += 1
                self.dropped.append(f"“{textwrap.shorten(one.quote, 90)}” ({one.where}): {looked_up}")
            else:
                found.append(looked_up)
        return tuple(found)

    def look_up(self, evidence: Evidence) -> Evidence | str:
        """The evidence as it is really found, or why it is not."""
        if len(re.sub(r"\W", "", evidence.quote)) < LEAST:
            return "the quote is too short to show anything"
        match evidence.kind:
            case EvidenceKind.CODE:
                return self._code(evidence)
            case EvidenceKind.SIGNAL:
                return _among(evidence, list(self.sources.signals.items()), "no signal of the report says that")
            case EvidenceKind.COMMAND:
                return self._answered(evidence, "no command of this run printed that")
            case EvidenceKind.QUERY:
                return self._answered(evidence, "no look-up of this run answered that")

    def _answered(self, evidence: Evidence, why_not: str) -> Evidence | str:
        """What a tool answered, looked for first among those of the kind it is said to be of; then it is of its own."""
        printed = (EvidenceKind.COMMAND, (*self.sources.history, *self.sources.outputs))
        asked = (EvidenceKind.QUERY, self.sources.queries)
        for kind, texts in (printed, asked) if evidence.kind is EvidenceKind.COMMAND else (asked, printed):
            found = _among(evidence, texts, why_not)
            if isinstance(found, Evidence):
                return found.model_copy(update={"kind": kind})
        return why_not

    def _code(self, evidence: Evidence) -> Evidence | str:
        path, line = _place(evidence)
        text = self.sources.file(path)
        if text is None:
            return "there is no such file at the base commit"
        spans = _spans(_ungutter(evidence.quote), text)
        if not spans:
            return "the file does not say that"
        start, end = min(spans, key=lambda span: abs(span[0] - (line or span[0])))
        if len(spans) > 1 and (line is None or abs(start - line) > NEAR):
            return "that stands there in several places, and the line given is none of them"
        quote = textwrap.dedent("\n".join(text.split("\n")[start - 1 : end]))
        quote = quote if len(quote) <= _MOST_QUOTED else evidence.quote
        return evidence.model_copy(update={"where": path, "line": start, "quote": quote})


def _place(evidence: Evidence) -> tuple[str, int | None]:
    """Path and line; a line written behind the path counts when none is given."""
    match = re.fullmatch(r"(.+?)(?::(\d+)(?:-\d+)?)?", evidence.where.strip())
    path, behind = (match[1], match[2]) if match else (evidence.where, None)
    return path.removeprefix("./"), evidence.line or (int(behind) if behind else None)


def _among(evidence: Evidence, texts: Sequence[tuple[str, str]], why_not: str) -> Evidence | str:
    """The evidence, named after the text in which it stands: best the one it names, else the last that holds it.

    What was run may be longer than a name may be: then it is named by its beginning.
    """
    named = " ".join(evidence.where.split())
    holding = [name for name, text in texts if _spans(evidence.quote, text)]
    if not holding:
        return why_not
    alike = [name for name in holding if " ".join(name.split()).startswith(named)]
    where = next((name for name in alike if " ".join(name.split()) == named), (alike or holding)[-1])
    return evidence.model_copy(update={"where": where[:MOST_NAMED], "line": None})


def _ungutter(quote: str) -> str:
    """The quote without the line numbers that read_file shows, if every line has one."""
    lines = [line for line in quote.split("\n") if line.strip()]
    if not all(_GUTTER.match(line) for line in lines):
        return quote
    return "\n".join(_GUTTER.sub("", line) for line in lines)


def _spans(quote: str, text: str) -> list[tuple[int, int]]:
    """First and last line of every place where the text holds the quote, whatever white space lies between words."""
    wanted = " ".join(quote.split())
    starts, numbers, words, at = [], [], [], 0
    for number, line in enumerate(text.split("\n"), 1):
        for word in line.split():
            starts.append(at)
            numbers.append(number)
            words.append(word)
            at += len(word) + 1
    flat = " ".join(words)
    found = [match.start() for match in re.finditer(re.escape(wanted), flat)] if wanted else []
    return [
        (numbers[bisect_right(starts, begin) - 1], numbers[bisect_right(starts, begin + len(wanted) - 1) - 1])
        for begin in found
    ]
