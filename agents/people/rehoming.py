"""People say which repository a report is about. It is remembered with the report, and told about its like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents import rules
from agents.people.assent import Answer, Via
from agents.ports import Nudge
from agents.rules import Person
from agents.terms import Policy, Repository
from storage.decisions.deciding import Decided, DecidedKind
from storage.errors import IllegalMove
from storage.records import Decision, Report
from storage.status import CLOSED, Status
from storage.store import Store

ADDRESS = r"(?:https?://[\w.-]+(?::\d{1,5})?/)?"
"""What stands before owner/name where people paste a repository's address."""
_SAID = re.compile(
    r"\s*(?:wrong repository[\s,.:;!-]*(?:it(?:'s| is)\s+)?|(?:the\s+)?repository(?:\s+is\s+|\s*[:=]\s*|(?P<bare>\s+)))"
    rf"[`<]?{ADDRESS}(?P<name>(?:[\w.-]+/)?[\w.-]*?[\w-])(?:\.git)?/?(?:\|[^<>\s]*)?[`>]?[.!]?\s*",
    re.IGNORECASE | re.ASCII,
)
_AGAIN = {
    Status.GATHERING: Decision.RETRY,
    Status.AWAITING_ANSWER: Decision.ANSWER,
    Status.AWAITING_APPROVAL: Decision.GUIDE,
}


def repository_named(words: str, policy: Policy) -> str:
    """What a reply calls the repository that says nothing else than which it is; empty for any other.

    A word without an owner counts only if it is a repository's short name: “the repository is down” is none. So does
    what follows without a colon: “repository access/rights” is none.
    """
    said = _SAID.fullmatch(words)
    if said is None:
        return ""
    is_sure = "/" in said["name"] and not said["bare"]
    return said["name"] if is_sure or meant(said["name"], policy) else ""


def meant(said: str, policy: Policy) -> tuple[Repository, ...]:
    """The repositories that `owner/name` or `name` alone may mean, in whatever case; several share a short name."""
    name = said.lower()
    if any(each.name == said for each in policy.repositories):
        return tuple(each for each in policy.repositories if each.name == said)
    return tuple(
        each for each in policy.repositories if name in (each.name.lower(), each.name.lower().rpartition("/")[2])
    )


@dataclass(frozen=True)
class Rehoming:
    """Carries it out, or says why not."""

    store: Store
    policy: Policy
    nudge: Nudge
    home_team: str

    def say(self, report_id: int, said: str, person: Person, via: Via) -> Answer:
        """The report is about this repository, named as `meant` takes it: it is researched there. Raises NotFound."""
        report = self.store.reports.get(report_id)
        if report.merged_into is not None:
            heir = self.store.reports.heir(report_id).ref
            sentence = f"{report.ref} was merged into {heir}: `/signalbox repository {heir} {said}` says it of that."
            return Answer(ok=False, sentence=sentence)
        found = meant(said, self.policy)
        repository = found[0] if len(found) == 1 else None
        name = repository.name if repository is not None else said
        for concerned in (self.policy.repository(report.repository), repository):
            if refusal := rules.may_decide(person, concerned, self.policy, self.home_team):
                self.store.plans.refuse(
                    report_id, by=person.user_id, via=via, words=f"repository: {name}", because=refusal
                )
                return Answer(ok=False, sentence=refusal)
        if repository is None:
            return Answer(ok=False, sentence=_which(said, found, self.policy))
        if report.repository == name:
            return self._confirmed(report, person)
        return self._moved(report, name, person, via)

    def _confirmed(self, report: Report, person: Person) -> Answer:
        """It is about that one already: all that changes is that a person has said so. A plan that waits stays."""
        if not report.repository_by:
            self.store.reports.confirm_repository(report.id or 0, report.repository, by=person.user_id)
        return Answer(ok=True, sentence=f"{report.ref} is about `{report.repository}` already.")

    def _moved(self, report: Report, name: str, person: Person, via: Via) -> Answer:
        if report.status is Status.AWAITING_RESEARCH:
            return self._anew(report, name, person, via)
        if (decision := _decision(report)) is None:
            return Answer(ok=False, sentence=_too_late(report))
        try:
            decided = self.store.plans.decide(
                report.id or 0,
                decision,
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
        return self._said(report, name, decided)

    def _anew(self, report: Report, name: str, person: Person, via: Via) -> Answer:
        """The pass that waits or runs is superseded: it hears of that before its next turn, and nothing comes of it."""
        decided = self.store.plans.anew(
            report.id or 0,
            Status.AWAITING_RESEARCH,
            by=person.user_id,
            via=via,
            words=f"repository: {name}",
            repository=name,
            repository_by=person.user_id,
        )
        return self._said(report, name, decided)

    def _said(self, report: Report, name: str, decided: Decided) -> Answer:
        if decided.kind is not DecidedKind.DONE:
            return Answer(ok=False, sentence=f"Somebody was quicker: {report.ref} has moved on. Say it again.")
        self.nudge.report(report.id or 0)
        return Answer(ok=True, sentence=f"{report.ref} is about `{name}`: I look into it there, and remember that.")


def _which(said: str, found: tuple[Repository, ...], policy: Policy) -> str:
    """Why it is none of the repositories, and which there are to choose from."""
    listed = ", ".join(f"`{each.name}`" for each in found or policy.repositories)
    if found:
        return f"`{said}` may be any of {listed}: say it again with the owner."
    if not listed:
        return f"`{said}` is not a repository of the policy file, which names none: add it to signalbox.toml."
    return f"`{said}` is not a repository of the policy file; there are {listed}."


def _decision(report: Report) -> Decision | None:
    """As what it is kept that somebody said so; None where it is too late. What is stuck goes back to where it was."""
    if report.status is Status.STUCK:
        return Decision.RETRY if report.stuck_from is Status.AWAITING_RESEARCH else None
    return _AGAIN.get(report.status)


def _too_late(report: Report) -> str:
    if report.status in CLOSED:
        return f"{report.ref} is {report.status.value}, so its repository cannot change. `/investigate` opens another."
    stuck = report.status is Status.STUCK
    where = "stuck after its plan was approved" if stuck else report.status.value.replace("_", " ") + " now"
    return (
        f"{report.ref} is {where}, so its repository cannot change. `stop` dismisses it; `/investigate` opens another."
    )
