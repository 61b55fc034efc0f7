"""Mended by hand: a person's own pull request is followed to its merge, or their word begins the soak.

We never push to it, mend its checks or answer its reviews. Who may see a report may say which pull request mends it,
since a merge will show that; that it is mended without one is for who works on it, and for approvers. Where a pull
request of ours is open, whose plan an approver said yes to, putting that aside is theirs alone, as dismissing is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from agents import rules
from agents.gathering.watching import releases_before
from agents.people.answers import Answer
from agents.people.rehoming import meant
from agents.ports import Nudge
from agents.rules import Person
from agents.terms import Policy
from agents.wording import moment
from storage.columns import now
from storage.records import Fix, Report
from storage.reports.mending import ByHand, MendedKind
from storage.status import CLOSED, WITH_A_FIX, Status
from storage.store import Store

_PULL = re.compile(r"https?://[^\s/<>|]+/(?P<name>[\w.-]+/[\w.-]+)/pull/(?P<number>\d{1,9})")
_SHORT = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)?#(?P<number>\d{1,9})\b")
_ADDRESS = re.compile(r"https?://\S+")
_IN = re.compile(
    r"(?:(?:&|and|is|was|it'?s|already|now|today|yesterday|by hand|deployed|live|released|shipped|out|on|in|with|since"
    r"|to|the|version|release|prod|production|main|master|staging|fixed|mended|also|myself|v?\d[\w.+-]*|[\w-]*-?v?\d+\.\d[\w.+-]*)"
    r"(?:\s+|$)){0,10}",
    re.IGNORECASE,
)
_FILLING = frozenset(
    {"&", "and", "is", "was", "it's", "its", "already", "now", "in", "with", "since", "the", "fixed", "mended", "also"}
)
_LONGEST = 80  # characters
USAGE = (
    "Name the report, and the pull request that mends it: `/signalbox fixed SB-12 <link>`. Without a pull request: "
    "`fixed SB-12`, `fixed SB-12 in 2.3.1`."
)
_MENDED = (
    "Only who works on it, or an approver, says so without a pull request. “I'll take this one” in its thread, or "
    "`/signalbox take {ref}`, makes it yours; or name the pull request."
)


_OURS_IS_OPEN = (
    "My pull request #{number} is open, by an approver's word, and what you say would put it aside; that is an "
    "approver's to say, as dismissing is. Nothing was changed. {refusal}"
)


@dataclass(frozen=True)
class Mending:
    """Carries out what people say of their own fixes, or says why not."""

    store: Store
    policy: Policy
    nudge: Nudge
    home_team: str
    redact: Callable[[str], str]
    clock: Callable[[], dt.datetime] = now

    def fixed(self, report_id: int, words: str, person: Person) -> Answer:
        """`words` name a pull request, or in what it is mended, or nothing. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        if report.status in CLOSED:
            return Answer(ok=False, sentence=_why_not(MendedKind.OVER, report))
        said = self._said(report, words, person)
        if isinstance(said, str):
            return Answer(ok=False, sentence=said)
        known = self.store.fixes.latest(report_id)
        if refusal := self._may_not_put_aside(report, known, person):
            return Answer(ok=False, sentence=refusal)
        until = self.clock() + dt.timedelta(seconds=self.policy.waits.soak)
        before = releases_before(self.store, self.policy, report_id, self.clock())
        kind = self.store.mendings.declare(report_id, said, until, before)
        if kind is not MendedKind.DONE:
            return Answer(ok=False, sentence=_why_not(kind, report))
        self.nudge.report(report_id)
        return Answer(ok=True, sentence=_done(report, said, until, _left_open(report, known) + _beside(report, person)))

    def _may_not_put_aside(self, report: Report, known: Fix | None, person: Person) -> str:
        """Why this person may not put our own open pull request aside; empty if there is none, or they may."""
        number = _open_of_ours(report, known)
        refusal = rules.may_decide(person, self.policy.repository(report.repository), self.policy, self.home_team)
        return _OURS_IS_OPEN.format(number=number, refusal=refusal) if number is not None and refusal else ""

    def take_back(self, report_id: int, person: Person) -> Answer:
        """Nothing is mended yet, somebody says; the report gathers again. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        if not self.store.mendings.take_back(report_id, person.user_id):
            return Answer(ok=False, sentence=f"{report.ref} waits for nothing that was mended by hand.")
        self.nudge.report(report_id)
        return Answer(ok=True, sentence=f"{report.ref} gathers again, as if nobody had said that it is mended.")

    def _said(self, report: Report, words: str, person: Person) -> ByHand | str:
        """What they say; a sentence where that cannot be followed."""
        if (pull := _PULL.search(words)) is not None:
            return self._pull(report, pull["name"], int(pull["number"]), person)
        if _ADDRESS.search(words):
            return f"That is no pull request that I can follow, so nothing was changed. {USAGE}"
        if (pull := _SHORT.search(words)) is not None:
            name = pull["name"] or report.repository
            return self._pull(report, name, int(pull["number"]), person) if name else USAGE
        if "?" in words or _IN.fullmatch(words.strip().rstrip(".!").replace("\u2019", "'")) is None:
            return f"I do not know what mends it, so nothing was changed. {USAGE}"
        repository = self.policy.repository(report.repository)
        not_theirs = report.taken_by != person.user_id
        if not_theirs and rules.may_decide(person, repository, self.policy, self.home_team):
            return _MENDED.format(ref=report.ref)
        return ByHand(by=person.user_id, words=self.redact(_version(words))[:_LONGEST])

    def _pull(self, report: Report, name: str, number: int, person: Person) -> ByHand | str:
        """Its address is the code host's to tell: what was pasted may lead anywhere."""
        found = meant(name, self.policy)
        if len(found) != 1:
            listed = ", ".join(f"`{each.name}`" for each in self.policy.repositories) or "none"
            return (
                f"I follow pull requests of the policy file's repositories alone ({listed}), and `{name}` is none of "
                f"them. Once it is merged: `/signalbox fixed {report.ref}`."
            )
        known = self.store.fixes.latest(report.id or 0)
        is_ours = known is not None and not known.by_hand
        if is_ours and known is not None and (known.repository, known.number) == (found[0].name, number):
            return f"Pull request #{number} is mine, and I follow it already."
        return ByHand(by=person.user_id, repository=found[0].name, number=number, url=f"#{number}")


def _open_of_ours(report: Report, known: Fix | None) -> int | None:
    """The number of our own pull request, while that is followed."""
    at = report.stuck_from if report.status is Status.STUCK else report.status
    return known.number if known is not None and not known.by_hand and at in WITH_A_FIX else None


def _left_open(report: Report, known: Fix | None) -> str:
    """That our own pull request is not followed any more."""
    number = _open_of_ours(report, known)
    return "" if number is None else f" My pull request #{number} stays open; close it if nobody wants it."


def _beside(report: Report, person: Person) -> str:
    others = report.taken_by and report.taken_by != person.user_id
    return f" <@{report.taken_by}> works on it too: tell them." if others else ""


def _version(words: str) -> str:
    """What of the words tells more than that it is mended."""
    return " ".join(word for word in words.strip().rstrip(".!").split() if word.lower() not in _FILLING)


def _done(report: Report, said: ByHand, until: dt.datetime, left: str) -> str:
    back = f"`/signalbox undo {report.ref}` takes that back."
    plan = " Its plan waits no more." if report.status is Status.AWAITING_APPROVAL else ""
    if said.number is None:
        return f"I watch until {moment(until)} whether {report.ref} comes back.{plan}{left} {back}"
    watched = f"I follow pull request #{said.number}, and watch {report.ref} once it is merged; I never touch it."
    return f"{watched}{plan}{left} {back}"


def _elsewhere(report: Report) -> str:
    if report.status is not Status.DISMISSED:
        return ""
    return " *Fixed elsewhere* in its thread has me say so when it happens again."


def _why_not(kind: MendedKind, report: Report) -> str:
    ref = report.ref
    return {
        MendedKind.ALREADY: f"Somebody said so before; {ref} waits for nothing else.",
        MendedKind.AT_WORK: f"I am writing a fix of {ref} just now. Press *Stop* in its thread, then say it again.",
        MendedKind.WATCHED: f"I watch {ref} after a merge already. `/signalbox undo {ref}`, then say it again, if that "
        "was of another change that somebody mended it by.",
        MendedKind.OVER: f"{ref} is {report.status.value}, so nothing was changed.{_elsewhere(report)}",
    }[kind]
