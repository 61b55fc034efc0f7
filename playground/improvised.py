"""The plainest honest reply where nothing was recorded, for visitors of the demo, who bring what nobody foresaw.

A signal is said in its own words and joins a report that shares most of them; nobody looks for a cause, and the report
says so. Replies are chosen by the request alone, so a repeated turn gets the same one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agents.adapters import plain_reading
from agents.adapters.chatter import tells_of_a_problem
from playground.messages_api import texts
from playground.recorded import Turn, Wanted, usage_of
from storage.inquiries import Reply
from storage.judgments import (
    Bucket,
    Confidence,
    Grouping,
    Hypothesis,
    Judgment,
    Priority,
    Research,
    Screening,
    Stage,
    Standing,
    Summary,
    Verdict,
)
from storage.readings import Reading

WHY = "The replies of this demo were recorded, and none of them is about this."
HOW = "With ANTHROPIC_API_KEY set, “make demo ARGS=--live” has Claude look into it."
_EVIDENCE = re.compile(r'<evidence id="(\w+)" of="([^"\n]*)">\n(.*?)\n</evidence id="\1">', re.DOTALL)
_CANDIDATE, _ID = "a candidate", re.compile(r"id: (.+)\nstatus: \w+\ntitle: (.+)\n")
_CHAT = "from the source `slack`"
_SURROUNDINGS = re.compile(r"\Afrom: .*\n|\n\S+://\S+\Z")  # who said it, and where
_ALIKE = 0.5  # share of the signal's telling words that a report must have


class _Asked(NamedTuple):
    """A request as it is read here: all that it says, and what of that is evidence, by label."""

    text: str
    evidence: tuple[tuple[str, str], ...]


def improvised(wanted: Wanted, body: Mapping[str, Any]) -> Turn | None:
    """A reply to the first turn of a stage in which nothing is changed or approved; None where there is none."""
    answer = _ANSWERS.get(wanted.stage)
    if answer is None or wanted.turn > 1:
        return None
    text = "\n".join(texts(body.get("messages")))
    judgment = answer(_Asked(text, tuple((found[2], found[3]) for found in _EVIDENCE.finditer(text))))
    tool = _SUBMITTED_BY.get(wanted.stage)
    given = judgment.model_dump(mode="json", exclude_unset=True)
    if tool is None:
        return Turn([{"type": "text", "text": judgment.model_dump_json(exclude_unset=True)}], "end_turn", usage_of({}))
    return Turn(
        [{"type": "tool_use", "id": "toolu_improvised", "name": tool, "input": given}], "tool_use", usage_of({})
    )


def _reading(asked: _Asked) -> Judgment:
    passed = Screening(
        reason="The rules found nothing in it; this demo has no model that could read it.", quote="", threat=None
    )
    return Reading(screening=passed, summary=_summary(asked))


def _summary(asked: _Asked) -> Summary:
    text = _SURROUNDINGS.sub("", next((said for label, said in asked.evidence if label.startswith("signal ")), ""))
    title = plain_reading.title(text)
    return Summary(
        about_product=_CHAT not in asked.text or tells_of_a_problem(text),
        title=title or "A signal without words",
        gist=plain_reading.gist(text) or title or "It has no words.",
        queries=plain_reading.queries(title, text),
    )


def _grouping(asked: _Asked) -> Judgment:
    """The report that shares most of the signal's words, if it shares many."""
    signal = next((said for label, said in asked.evidence if not label.startswith(_CANDIDATE)), "")
    terms = plain_reading.terms(signal)
    shares: dict[str, tuple[float, str]] = {}
    for label, said in asked.evidence:
        if label.startswith(_CANDIDATE) and (named := _ID.match(said)):
            shares[named[1]] = len(terms & plain_reading.terms(said)) / max(len(terms), 1), named[2]
    ranking = tuple(sorted(shares, key=lambda name: -shares[name][0]))
    share, title = shares[ranking[0]] if ranking else (0.0, "")
    joins = share >= _ALIKE
    return Grouping(
        ranking=ranking,
        pull_request_title=title if joins else "",
        better_title=False,
        reason=f"The nearest report shares {share:.0%} of its words, and {_ALIKE:.0%} are asked for. {WHY}",
        candidate=ranking[0] if joins else None,
    )


def _research(asked: _Asked) -> Judgment:
    del asked
    open_ones = (
        Hypothesis(statement=statement, standing=Standing.OPEN, why=WHY)
        for statement in ("The fault is in this repository.", "The fault is in what uses it.")
    )
    return Research(
        headline="Nobody has looked for the cause",
        cause="",
        confidence=Confidence.GUESSED,
        findings=(),
        hypotheses=tuple(open_ones),
        guidance_heeded=WHY,
        missing=f"{WHY} {HOW}",
        priority=Priority.P3,
        priority_reason=WHY,
    )


def _verdict(asked: _Asked) -> Judgment:
    del asked
    return Verdict(reason=WHY, bucket=Bucket.NOT_ACTIONABLE, priority=Priority.P3, missing=HOW)


def _reply(asked: _Asked) -> Judgment:
    del asked
    return Reply(claims=(), unknown=f"{WHY} {HOW}")


_ANSWERS: Mapping[str, Callable[[_Asked], Judgment]] = {
    Stage.READ: _reading,
    Stage.NORMALISE: _summary,
    Stage.GROUP: _grouping,
    Stage.RESEARCH: _research,
    Stage.DECIDE: _verdict,
    Stage.INQUIRE: _reply,
}
_SUBMITTED_BY: Mapping[str, str] = {Stage.RESEARCH: "submit_research", Stage.INQUIRE: "submit_reply"}
