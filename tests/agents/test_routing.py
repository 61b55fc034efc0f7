"""Which repository a report is about: by rules, by what people said, by a model; and at which release it is read."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents import rules
from agents.adapters.git.mirrors import Mirrors
from agents.cases import SeenSignal
from agents.means import Means
from agents.people.assent import Via
from agents.people.rehoming import Rehoming, repository_named
from agents.redaction.redact import Redactor
from agents.research.case_of import seen
from agents.research.releases import releases_named
from agents.research.researching import Researching
from agents.research.routing import Routes
from agents.rules import Person
from agents.terms import Policy, Repository
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.routing import Routing
from storage.status import Status
from storage.store import Store
from tests.factories import a_moment, a_report, a_signal, a_vector
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces, make_repository
from tests.fakes import ScriptedModel

SHOP = Repository(name="acme/shop", paths=("shop/**",))
TILL = Repository(name="acme/till", paths=("till/**",), products=("receipt",))
POLICY = Policy(repositories=(SHOP, TILL), approvers=("U7",))
ANN = Person("U7", "T1", name="Ann")
TRACE = 'File "/srv/app/till/pay.py", line 3, in pay\nFile "/usr/lib/json.py", line 9, in loads'


class Nobody:
    """The ports Messenger and Nudge, where nobody listens."""

    def publish(self, report_id: int) -> None: ...
    def signal(self, signal_id: int) -> None: ...
    def report(self, report_id: int) -> None: ...


class Words:
    """A vectoriser for which all texts are alike."""

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        return [a_vector(1.0, 0.0, 0.0, 0.0) for _ in texts]


def means(store: Store, model: ScriptedModel, origin: Path | None = None, policy: Policy = POLICY) -> Means:
    return Means(
        store=store,
        policy=policy,
        model=model,
        workspaces=FakeWorkspaces(origin or Path("nowhere")),
        code_host=FakeCodeHost(),
        vectoriser=Words(),
        redactor=Redactor(b"test"),
        messenger=Nobody(),
        nudge=Nobody(),
    )


def test_files_in_a_trace_say_whose_it_is_wherever_they_lay_when_they_ran(store: Store) -> None:
    named = [a_signal(store, body=f"the shop is slow, the shop\n{TRACE}")]

    assert rules.repository_of(named, POLICY) == TILL
    both = [a_signal(store, body=TRACE + '\nFile "/srv/app/shop/a.py", line 1, in a')]
    assert rules.repository_of(both, Policy(repositories=(SHOP, TILL))) is None


def test_where_no_rule_says_it_a_model_does_and_hears_what_people_said_about_the_like(store: Store) -> None:
    past = a_report(store, title="Coupons are lost", repository="acme/till", repository_by="U7")
    report = a_report(store, repository="")
    signals = store.signals.of_report(report.id or 0)
    answer = Routing(reason="It speaks of coupons, as the till's code does.", repository="acme/till")
    model = ScriptedModel(judgments={Stage.ROUTE: [answer]})

    routed = Routes(means(store, model)).of(report, signals, tuple(map(seen, signals)))

    assert (routed.repository, routed.because) == (TILL, answer.reason)
    [(_, about)] = model.judged
    assert f"{past.title}: acme/till" in about.variables()["corrections"]
    assert about.fault(Routing(reason="r", repository="acme/none"))


def test_where_the_model_cannot_tell_people_are_asked_in_the_thread(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_RESEARCH, repository="")
    model = ScriptedModel(judgments={Stage.ROUTE: [Routing(reason="Nothing.", repository="")]})

    start = Researching(means(store, model))._start(report.id or 0)

    assert start.outcome is Outcome.NO_REPOSITORY
    assert "Reply `repository: owner/name`" in start.sentence


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("repository: acme/till", "acme/till"),
        ("Wrong repository, it's `acme/till`.", "acme/till"),
        ("wrong repository: acme/till", "acme/till"),
        ("the repository is acme/till", "acme/till"),
        ("is the repository acme/till slow?", ""),
        ("repository: acme/till and please hurry", ""),
        ("> repository: acme/till", ""),
    ],
)
def test_only_a_reply_that_says_nothing_else_names_the_repository(words: str, name: str) -> None:
    assert repository_named(words, POLICY) == name


@pytest.mark.parametrize("status", [Status.GATHERING, Status.AWAITING_ANSWER, Status.AWAITING_APPROVAL])
def test_a_correction_is_kept_and_the_report_is_researched_there(store: Store, status: Status) -> None:
    report = a_report(store, status=status, repository="acme/shop")

    answer = Rehoming(store, POLICY, Nobody(), "T1").say(report.id or 0, "acme/till", ANN, Via.REPLY)

    now = store.reports.get(report.id or 0)
    assert answer.ok
    assert (now.status, now.repository, now.repository_by) == (Status.AWAITING_RESEARCH, "acme/till", "U7")
    assert rules.kept_repository(now, SHOP) == "acme/till"
    assert store.plans.approvals(report.id or 0)[-1].words == "repository: acme/till"


def test_a_correction_needs_the_right_a_known_repository_and_a_report_that_waits(store: Store) -> None:
    rehoming = Rehoming(store, POLICY, Nobody(), "T1")
    report = a_report(store, status=Status.AWAITING_APPROVAL, repository="acme/shop")
    fixing = a_report(store, status=Status.AWAITING_FIX, repository="acme/shop")
    stranger = Person("U8", "T1")

    refused = rehoming.say(report.id or 0, "acme/till", stranger, Via.REPLY)
    unknown = rehoming.say(report.id or 0, "acme/none", ANN, Via.REPLY)
    late = rehoming.say(fixing.id or 0, "acme/till", ANN, Via.COMMAND)

    assert not any(answer.ok for answer in (refused, unknown, late))
    assert "there are `acme/shop`, `acme/till`" in unknown.sentence
    assert store.reports.get(report.id or 0).repository == "acme/shop"
    assert store.plans.approvals(report.id or 0)[0].decision is Decision.REFUSED


def test_releases_are_read_from_the_newest_signal_first() -> None:
    def said(body: str, **ago: float) -> SeenSignal:
        return SeenSignal(external_id=body, source="s", body=body, happened_at=a_moment(**ago))

    signals = (said("since version 4.12.3 it fails", hours=2), said("environment: x   release: shop@v5.0.1-rc1"))

    assert releases_named(signals) == ["v5.0.1-rc1", "4.12.3"]
    assert releases_named((said("it takes 4.5 seconds, see 1.2.3.4"),)) == []


@pytest.mark.parametrize(("named", "tagged"), [("release: shop@4.12.3", True), ("release: shop@9.9.9", False)])
def test_research_reads_the_release_that_the_signals_name_if_it_has_a_tag(
    store: Store, tmp_path: Path, named: str, tagged: bool
) -> None:
    origin = tmp_path / "origin"
    make_repository(origin, {"a.py": "1\n"})
    subprocess.run(["git", "tag", "v4.12.3"], cwd=origin, check=True)
    empty = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(empty, cwd=origin, check=True)
    report = a_report(store, status=Status.AWAITING_RESEARCH, repository="acme/shop")
    a_signal(store, report_id=report.id, body=named)
    workspaces = FakeWorkspaces(origin)

    case = Researching(means(store, ScriptedModel(), origin))._start(report.id or 0).case

    assert case is not None
    tip, old = workspaces.head(SHOP), workspaces.tagged(SHOP, "4.12.3")
    assert tip != old
    assert (case.base_sha, case.release, case.tip_sha) == ((old, "4.12.3", tip) if tagged else (tip, "", ""))


def test_the_mirror_knows_tags_with_and_without_a_v_and_nothing_else(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    sha = make_repository(origin, {"a.py": "1\n"})
    for tag in ("v1.2.3", "2.0"):
        subprocess.run(["git", "tag", tag], cwd=origin, check=True)
    repository = SHOP.model_copy(update={"clone_url": str(origin)})
    mirrors = Mirrors(tmp_path / "mirrors", "https://code.example")
    mirrors.head(repository)

    assert mirrors.tagged(repository, "1.2.3") == mirrors.tagged(repository, "v2.0") == sha
    assert mirrors.tagged(repository, "3.0") == mirrors.tagged(repository, "../heads/main") == ""
