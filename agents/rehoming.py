"""People say which repository a report is about. It is remembered with the report, and told about its like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents import rules
from agents.assent import Answer, Via
from agents.ports import Nudge
from agents.rules import Person
from agents.terms import Policy
from storage.deciding import DecidedKind
from storage.errors import IllegalMove
from storage.records import Decision, Report
from storage.status import Status
from storage.store import Store

_SAID = re.compile(
    r"\s*(?:wrong repository[\s,.:;!-]*(?:it(?:'s| is)\s+)?|(?:the\s+)?repository(?:\s+is|\s*[:=])\s*)"
    r"[`<]?([\w.-]+/[\w.-]+?)[`>]?[.!]?\s*",
    re.IGNORECASE | re.ASCII,
)
_AGAIN = {
    Status.GATHERING: Decision.RETRY,
    Status.AWAITING_ANSWER: Decision.ANSWER,
    Status.AWAITING_APPROVAL: Decision.GUIDE,
}


def repository_named(words: str) -> str:
    """The owner/name of a reply that says nothing else than which repository it is; empty for any other."""
    named = _SAID.fullmatch(words)
    return named[1] if named else ""


@dataclass(frozen=True)
class Rehoming:
    """Carries it out, or says why not."""

    store: Store
    policy: Policy
    nudge: Nudge
    home_team: str

    def say(self, report_id: int, name: str, person: Person, via: Via) -> Answer:
        """The report is about this repository: it is researched there, anew. Raises NotFound."""
        report = self.store.reports.get(report_id)
        repository = self.policy.repository(name)
        for concerned in (self.policy.repository(report.repository), repository):
            if refusal := rules.may_decide(person, concerned, self.policy, self.home_team):
                self.store.plans.refuse(
                    report_id, by=person.user_id, via=via, words=f"repository: {name}", because=refusal
                )
                return Answer(ok=False, sentence=refusal)
        if repository is None:
            known = ", ".join(f"`{each.name}`" for each in self.policy.repositories) or "none"
            return Answer(ok=False, sentence=f"`{name}` is not a repository of the policy file; there are {known}.")
        if report.repository == name and report.repository_by:
            return Answer(ok=True, sentence=f"{report.ref} is about `{name}` already.")
        return self._moved(report, name, person, via)

    def _moved(self, report: Report, name: str, person: Person, via: Via) -> Answer:
        if report.status not in _AGAIN:
            sentence = f"{report.ref} is {report.status.value.replace('_', ' ')} now, so its repository cannot change."
            return Answer(ok=False, sentence=f"{sentence} Say it again when it waits for people, or dismiss it.")
        try:
            decided = self.store.plans.decide(
                report.id or 0,
                _AGAIN[report.status],
                by=person.user_id,
                via=via,
                words=f"repository: {name}",
                to=Status.AWAITING_RESEARCH,
                because=f"it is about {name}",
                repository=name,
                repository_by=person.user_id,
            )
        except IllegalMove as error:
            return Answer(ok=False, sentence=str(error))
        if decided.kind is not DecidedKind.DONE:
            return Answer(ok=False, sentence=f"Somebody was quicker: {report.ref} has moved on. Say it again.")
        self.nudge.report(report.id or 0)
        return Answer(ok=True, sentence=f"{report.ref} is about `{name}`: I look into it there, and remember that.")
