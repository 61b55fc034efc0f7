"""Who should look at a change: who wrote its lines lately, who owns its files, who resolved similar reports. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.checkout.history import Author
from agents.terms import Policy, Repository
from storage.assessment import Reviewer
from storage.records import Report

MOST = 3
_HALF_LIFE_DAYS = 180.0
_OWNS, _RESOLVED, _NAMED = 0.5, 0.3, 2.0  # beside the share of the lines, which is at most 1
_NOREPLY = re.compile(r"(?:\d+\+)?([A-Za-z0-9-]+)@users\.noreply\.github\.com", re.IGNORECASE)
_MACHINE = re.compile(r"\[bot\]|@users\.noreply\.invalid$", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """What is known of the people around a change. `active` are names by address, of the last year."""

    authors: Sequence[Author]  # one a line
    owners: Mapping[str, str]  # login or address -> a path
    resolvers: Sequence[str]  # logins of who merged the fixes of similar reports
    active: Mapping[str, str]


@dataclass
class _Candidate:
    name: str
    email: str = ""
    login: str = ""
    score: float = 0.0
    why: list[str] = field(default_factory=list)


def reviewers(known: Known, repository: Repository, policy: Policy, at: dt.datetime) -> tuple[Reviewer, ...]:
    """At most three, the best first. Nobody who left: marked as gone, or without a commit in the last year.

    Of somebody known by a login alone nobody can say when the last commit was; the policy's word counts there.
    """
    people = _Gathering(policy.logins)
    people.wrote(known.authors, at)
    for owner, path in known.owners.items():
        people.add(owner, _OWNS, f"owns {path}")
    for login in known.resolvers:
        people.add(login, _RESOLVED, "merged the fix of a similar report")
    for login in repository.reviewers:
        people.add(login, _NAMED, "named in the policy")
    gone = {name.lower() for name in policy.gone}
    staying = [one for one in people.found if not _left(one, known.active, gone)]
    best = sorted(staying, key=lambda one: -one.score)[:MOST]
    return tuple(Reviewer(name=one.name, login=one.login, why=", ".join(dict.fromkeys(one.why))) for one in best)


def wanted(report: Report, repository: Repository, policy: Policy) -> tuple[str, ...]:
    """Logins of whom to ask for review: whom the policy names, then whom its research found.

    Three in all unless the policy names more.
    """
    assessed = report.research.assessment if report.research else None
    found = [one.login for one in assessed.reviewers if one.login] if assessed else []
    gone = {name.lower() for name in policy.gone}
    staying = [login for login in dict.fromkeys((*repository.reviewers, *found)) if login.lower() not in gone]
    return tuple(staying[: max(MOST, len(repository.reviewers))])


@dataclass
class _Gathering:
    logins: Mapping[str, str]  # by address
    found: list[_Candidate] = field(default_factory=list)

    def wrote(self, authors: Sequence[Author], at: dt.datetime) -> None:
        """Blame x recency: a line written half a year ago counts half."""
        written: dict[str, float] = {}
        last: dict[str, Author] = {}
        for author in authors:
            days = max(0.0, (at - author.at).total_seconds() / 86_400)
            key = author.email.lower()
            written[key] = written.get(key, 0.0) + 0.5 ** (days / _HALF_LIFE_DAYS)
            last[key] = max(last.get(key, author), author, key=lambda each: each.at)
        for key, weight in written.items():
            lines = sum(author.email.lower() == key for author in authors)
            why = f"wrote {lines} of the {len(authors)} lines around it, last in {last[key].at:%B %Y}"
            self.add(key, weight / len(authors), why, name=last[key].name)

    def add(self, who: str, score: float, why: str, *, name: str = "") -> None:
        """Count something for a person known by a login or an address."""
        email = who.lower() if "@" in who else ""
        login = self.login_of(email) if email else who
        candidate = self._same(email, login)
        if candidate is None:
            candidate = _Candidate(name or login or who, email, login)
            self.found.append(candidate)
        candidate.score += score
        candidate.why.append(why)

    def login_of(self, email: str) -> str:
        """The code host's login of an address: by the policy, or from the host's own addresses; else empty."""
        named = {address.lower(): login for address, login in self.logins.items()}
        known = _NOREPLY.fullmatch(email)
        return named.get(email) or (known[1] if known else "")

    def _same(self, email: str, login: str) -> _Candidate | None:
        for one in self.found:
            if (email and one.email == email) or (login and one.login.lower() == login.lower()):
                return one
        return None


def _left(one: _Candidate, active: Mapping[str, str], gone: set[str]) -> bool:
    names = {one.name.lower(), one.email, one.login.lower()} - {""}
    if names & gone or any(_MACHINE.search(name) for name in names):
        return True
    return bool(one.email) and one.email not in active
