"""What a person is told of what they decided."""

from __future__ import annotations

from dataclasses import dataclass

from agents.people.assent_words import done, left_open, noted
from storage.decisions.plans import Decided, DecidedKind
from storage.records import Decision, Report


@dataclass(frozen=True)
class Answer:
    """What to tell the person. A private answer is for their eyes only; an empty sentence needs no words."""

    ok: bool
    sentence: str
    private: bool = True


def told(report: Report, decision: Decision, decided: Decided, beside: str = "") -> Answer:
    """What came of a decision, and what is to be said beside; only one that moved its report is for everybody."""
    match decided.kind:
        case DecidedKind.DONE:
            return Answer(ok=True, sentence=done(decision) + left_open(report, decision) + beside, private=False)
        case DecidedKind.NOTED:
            return Answer(ok=True, sentence=noted(decided.missing) + beside)
        case DecidedKind.ALREADY:
            by = f" by <@{decided.by}>" if decided.by else ""
            return Answer(ok=False, sentence=f"{report.ref} was already decided{by}; nothing was changed.")
        case DecidedKind.STALE:
            return Answer(ok=False, sentence="That plan has been replaced. Read the newest one and decide on that.")
        case DecidedKind.EXPIRED:
            return Answer(ok=False, sentence="That plan has expired. Press “Ask again” on the report for a fresh one.")
