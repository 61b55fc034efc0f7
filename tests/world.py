"""A world in which one story is told: scripted model, real git, real checks, people who say yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agents.exchange import Check, Message
from agents.means import Means
from agents.people.assent import Assent, Via
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.rules import Person
from agents.terms import Channel, Policy, Repository, Waits
from storage.columns import now
from storage.judgments import (
    Bucket,
    Grouping,
    Judgment,
    Priority,
    Screening,
    Stage,
    Summary,
    Verdict,
)
from storage.readings import Reading
from storage.records import CheckState, Decision, Report
from storage.status import Status
from storage.store import Store
from tests.factories import a_raw_signal
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces, add_commit, make_repository
from tests.fakes import KnownPeople, PlainCheckpoint, ScriptedModel, Told, calls
from tests.known_runs import known_runs

CODE = "def share(total, people):\n    return total / people\n"


MENDED = "def share(total, people):\n    return total / people if people else 0\n"


TEST = "from shop import share\n\n\ndef test_nobody_shares_nothing():\n    assert share(10, 0) == 0\n"


OLD_TEST = "from shop import share\n\n\ndef test_two():\n    assert share(10, 2) == 5\n"


PRIYA = Person(user_id="U1", team_id="T1")


TOM = Person(user_id="U2", team_id="T1")


PLAN = {
    "repository": "acme/shop",
    "title": "Share nothing among nobody",
    "approach": "Return 0 when there is nobody.",
    "files": ["shop.py", "test_shop_zero.py"],
    "test": "share(10, 0) is 0",
    "risk": "None seen.",
    "measure": "No more ZeroDivisionError.",
}


CITED = {"kind": "code", "where": "shop.py", "line": 2, "quote": "return total / people"}


RESEARCH = {
    "headline": "share() divides by the number of people",
    "cause": "With nobody it divides by zero.",
    "confidence": "inferred",
    "findings": [
        {"claim": "It divides unguarded.", "evidence": [CITED]},
        {"claim": "It never happened.", "evidence": [{**CITED, "quote": "raise NotImplementedError"}]},
    ],
    "hypotheses": [
        {"statement": "Division by zero.", "standing": "supported", "evidence_for": [CITED], "why": "It is there."},
        {"statement": "Wrong rounding.", "standing": "rejected", "evidence_against": [CITED], "why": "None is done."},
    ],
    "plan": PLAN,
    "priority": "P2",
    "priority_reason": "One page.",
}


SUBMISSION = {
    "title": "Share nothing among nobody",
    "summary": "Guard the division.",
    "test_files": ["test_shop_zero.py"],
    "test_ids": ["test_shop_zero.py"],
    "expected_failure": "ZeroDivisionError",
    "risk": "None.",
    "undo": "Revert it.",
}


EDIT = (
    "edit_file",
    {"path": "shop.py", "old": "return total / people", "new": "return total / people if people else 0"},
)


WRITE = ("write_file", {"path": "test_shop_zero.py", "text": TEST})


class LetterVectors:
    """Vectors by counting letters: enough to find words again."""

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        import numpy as np  # noqa: PLC0415 only this fake needs it

        rows = [np.array([text.lower().count(chr(97 + n)) + 0.01 for n in range(26)], dtype="<f4") for text in texts]
        return [(row / np.linalg.norm(row)).astype("<f4").tobytes() for row in rows]


SAID = Summary(about_product=True, title="Sharing fails", gist="Sharing among nobody fails.", queries=("share zero",))


def a_model(changes: Mapping[Stage, Sequence[Judgment | Exception]] | None = None) -> ScriptedModel:
    judgments: dict[Stage, Sequence[Judgment | Exception]] = {
        Stage.READ: [Reading(screening=Screening(reason="fine"), summary=SAID)],
        Stage.NORMALISE: [SAID],
        Stage.GROUP: [Grouping(candidate=None, reason="nothing like it")],
        Stage.DECIDE: [Verdict(bucket=Bucket.ACTIONABLE, priority=Priority.P2, reason="The cause is clear.")],
        **(changes or {}),
    }
    heeded = {**RESEARCH, "guidance_heeded": "The test covers negative numbers too."}
    turns: dict[Stage, list[Message]] = {
        Stage.RESEARCH: [calls(("read_file", {"path": "shop.py"})), *[calls(("submit_research", heeded))] * 2],
        Stage.FIX: [calls(WRITE, EDIT), calls(("submit_fix", SUBMISSION))],
    }
    return ScriptedModel(turns=turns, judgments=judgments)


POLICY = Policy(
    approvers=("U1",),
    channels=(Channel(id="C11"),),
    repositories=(Repository(name="acme/shop", test_command=("python", "-m", "pytest", "-q"), reviewers=("ada",)),),
    waits=Waits(soak=3600),
)


@dataclass
class World:
    """The pipeline over fakes, and shorthands for what happens to it."""

    store: Store
    tmp_path: Path
    model: ScriptedModel = field(default_factory=a_model)
    policy: Policy = field(default_factory=lambda: POLICY)
    code_host: FakeCodeHost = field(default_factory=FakeCodeHost)
    told: Told = field(default_factory=Told)
    people: KnownPeople = field(default_factory=KnownPeople)
    later: dt.timedelta = dt.timedelta()

    def __post_init__(self) -> None:
        make_repository(self.tmp_path / "origin", {"shop.py": CODE, "test_shop.py": OLD_TEST})
        means = Means(
            store=self.store,
            policy=self.policy,
            model=self.model,
            workspaces=FakeWorkspaces(self.tmp_path / "origin", known=known_runs()),
            code_host=self.code_host,
            vectoriser=LetterVectors(),
            redactor=Redactor(b"key"),
            messenger=self.told,
            nudge=self.told,
            people=self.people,
            clock=lambda: now() + self.later,
        )
        self.pipeline = Pipeline(means)
        self.assent = Assent(self.store, self.policy, self.told, home_team="T1")

    def follows(self, policy: Policy) -> None:
        """People change the policy file and start the bot again."""
        self.policy = policy
        self.pipeline = Pipeline(replace(self.pipeline.means, policy=policy))
        self.assent = Assent(self.store, policy, self.told, home_team="T1")

    def hears(self, **fields: object) -> int:
        known = self.pipeline.ingest(a_raw_signal(channel="C11", **fields))
        self.pipeline.digest(known.signal_id, PlainCheckpoint())
        return known.signal_id

    def advances(self) -> Report:
        self.pipeline.advance(1, PlainCheckpoint())
        return self.store.reports.get(1)

    def shows_the_plan(self, ts: str = "100.000001") -> None:
        plan = self.store.plans.latest(1)
        assert plan is not None
        self.store.plans.shown(1, plan.revision, ts, now() + dt.timedelta(hours=1))

    def presses(self, decision: Decision, person: Person = PRIYA) -> bool:
        plan = self.store.plans.latest(1)
        revision, plan_hash = (plan.revision, plan.hash) if plan else (0, "")
        return self.assent.press(
            1, decision, plan_revision=revision, plan_hash=plan_hash, person=person, via=Via.BUTTON
        ).ok

    def reaches(self, status: Status) -> None:
        """The usual road, up to this status."""
        self.hears()
        road: list[tuple[Status, Callable[[], object]]] = [
            (Status.AWAITING_RESEARCH, lambda: None),
            (Status.AWAITING_APPROVAL, self.advances),
            (Status.AWAITING_FIX, lambda: self.presses(Decision.APPROVE)),
            (Status.AWAITING_CHECKS, self.advances),
            (Status.AWAITING_REVIEW, self.turns_green),
            (Status.AWAITING_PROOF, self.is_merged),
        ]
        for reached, step in road:
            step()
            assert self.store.reports.get(1).status is reached
            if reached is status:
                return

    def moves_on(self, code: str) -> str:
        """Somebody commits another shop.py to the base branch; the commit."""
        return add_commit(self.tmp_path / "origin", {"shop.py": code})

    def turns_green(self) -> Report:
        self.code_host.set_checks(1, Check(name="tests", state=CheckState.GREEN))
        return self.advances()

    def is_merged(self) -> Report:
        self.code_host.merge(1, by="ada")
        return self.advances()
