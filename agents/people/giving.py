"""People give standing approvals, and stop them. `rules.may_decide` is asked first, as for any decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agents import rules
from agents.fixes.beginning import DAY
from agents.people.assent import Answer
from agents.people.rehoming import meant
from agents.rules import Person
from agents.terms import Autonomy, Policy, Repository
from storage.columns import now
from storage.standing_rows import StandingApproval
from storage.store import Store

_SHORTEST = 60.0  # seconds
_HEARD = "I heard this very command before; nothing was changed. `/signalbox standing` lists what is in force."
_NOTHING = (
    "No standing approval of yours is in force; nothing was changed. An approver of a repository ends those of others "
    "with its name: `/signalbox standing stop owner/name`."
)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for: which repository, for how many seconds, how many plans a day. None: as the policy has."""

    repository: str
    seconds: float | None = None
    per_day: int | None = None


@dataclass(frozen=True)
class Giving:
    """Carries it out, or says why not."""

    store: Store
    policy: Policy
    home_team: str
    clock: Callable[[], dt.datetime] = now

    def give(self, wanted: Wanted, person: Person, key: str) -> Answer:
        """Keep a standing approval. `key` is the command's own id: the same command gives nothing twice."""
        found = meant(wanted.repository, self.policy)
        repository = found[0] if len(found) == 1 else None
        if refusal := rules.may_decide(person, repository, self.policy, self.home_team):
            return Answer(ok=False, sentence=refusal)
        if repository is None:
            listed = ", ".join(f"`{each.name}`" for each in self.policy.repositories) or "none"
            which = f"`{wanted.repository}` is not one repository of the policy file; there are {listed}."
            return Answer(ok=False, sentence=which)
        if fault := self._fault(wanted, repository):
            return Answer(ok=False, sentence=fault)
        terms, at = self.policy.standing, self.clock()
        given = self.store.standing.give(
            repository.name,
            by=person.user_id,
            until=at + dt.timedelta(seconds=wanted.seconds or terms.longest),
            per_day=wanted.per_day or terms.per_day,
            key=key,
            at=at,
        )
        return Answer(ok=False, sentence=_HEARD) if given is None else Answer(ok=True, sentence=_said(given))

    def stop(self, said: str, person: Person) -> Answer:
        """End a person's own, or with a repository all of it, where they may decide about that."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        after = self.clock() - DAY  # what has just run out may have a fix under way
        living = self.store.standing.living(after)
        names = {each.repository for each in living}
        if said:
            wanted = said.lower()
            names = {each for each in names if wanted in (each.lower(), each.lower().rpartition("/")[2])}
        ended: list[StandingApproval] = []
        for name in sorted(names):
            refusal = rules.may_decide(person, self.policy.repository(name), self.policy, self.home_team)
            everybody = bool(said) and not refusal
            of = "" if everybody else person.user_id
            ended += self.store.standing.stop([name], by=person.user_id, of=of, after=after)
        if not ended:
            return Answer(ok=False, sentence=_NOTHING if names or not said else self._none_for(said))
        many = ", ".join(f"<@{each.by}>'s for `{each.repository}`" for each in ended)
        return Answer(
            ok=True, sentence=f"Ended: {many}. A fix that one of them allowed and is not pushed yet ends too."
        )

    def _none_for(self, said: str) -> str:
        """That none is in force for what was named, and for what there are: a name may be misspelt."""
        listed = ", ".join(
            f"`{each}`" for each in sorted({row.repository for row in self.store.standing.living(self.clock())})
        )
        there = f"; those in force are for {listed}" if listed else ""
        return f"No standing approval for `{said}` is in force{there}. Nothing was changed."

    def _fault(self, wanted: Wanted, repository: Repository) -> str:
        terms = self.policy.standing
        if any(each not in {None, Autonomy.DRAFT} for each in (self.policy.autonomy, repository.autonomy)):
            return (
                f"The policy file allows no standing approvals for `{repository.name}`: who runs me may write "
                '`autonomy = "draft"` there (docs/install.md).'
            )
        if not repository.draft:
            return (
                f"Pull requests of `{repository.name}` are not opened as drafts (`draft`), so each needs its own yes."
            )
        if wanted.seconds is not None and not _SHORTEST <= wanted.seconds <= terms.longest:
            return f"It may be for a minute at least, and for {_span(terms.longest)} at most, as the policy file says."
        if wanted.per_day is not None and not 1 <= wanted.per_day <= terms.per_day:
            return f"It may be for one plan a day at least, and for {terms.per_day} at most, as the policy file says."
        return ""


def _said(given: StandingApproval) -> str:
    plans = "one plan" if given.per_day == 1 else f"{given.per_day} plans"
    until = f"<!date^{int(given.until.timestamp())}^{{date_short_pretty}} at {{time}}|{given.until:%Y-%m-%d %H:%M} UTC>"
    return (
        f"Until {until} you allow at most {plans} a day for `{given.repository}` ahead. Each that may be allowed so is "
        "told in its thread, with *Stop*, before I begin; plans that wait already still need a yes. "
        f"`/signalbox standing stop {given.repository}` ends it."
    )


def _span(seconds: float) -> str:
    hours = seconds / 3_600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"  # noqa: PLR2004 two days
