"""The rules that need no model."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TypedDict, Unpack

import pytest

from agents import rules
from agents.hours import UTC, working_time_after
from agents.rules import Person
from agents.terms import Autonomy, Channel, Policy, Repository, SourceTerms
from storage.gathered import Count
from storage.judgments import Priority
from storage.raw import Severity
from storage.records import Report, Signal
from storage.status import Visibility
from tests.factories import a_research

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
HOME = "T1"


def a_signal(
    *,
    source: str = "slack",
    body: str = "",
    severity: Severity = Severity.WARNING,
    reach: int = 1,
    happened_at: dt.datetime = NOW,
) -> Signal:
    return Signal(
        source=source, external_id="C1/1.0", body=body, severity=severity, reach=reach, happened_at=happened_at
    )


def test_weight_grows_with_severity_and_reach_and_fades_with_age() -> None:
    plain = rules.weight(a_signal(), 1.0, NOW)
    fatal = rules.weight(a_signal(severity=Severity.FATAL), 1.0, NOW)
    wide = rules.weight(a_signal(reach=100), 1.0, NOW)
    old = rules.weight(a_signal(happened_at=NOW - dt.timedelta(days=7)), 1.0, NOW)
    ancient = rules.weight(a_signal(happened_at=NOW - dt.timedelta(days=700)), 1.0, NOW)

    assert (plain, fatal, wide, old, ancient) == (1.0, 4.0, 3.0, 0.5, 0.1)


@pytest.mark.parametrize("ago", [dt.timedelta(0), dt.timedelta(minutes=2), dt.timedelta(hours=23)])
def test_a_warning_of_one_person_is_ripe_by_itself_however_long_it_took_to_be_pulled(ago: dt.timedelta) -> None:
    weight = rules.weight(a_signal(happened_at=NOW - ago), 1.0, NOW)
    report = Report(title="x", weight=weight)

    assert weight == 1.0
    assert rules.is_ripe(report, 1, asked=False, autonomy=Autonomy.ASK, policy=Policy())


def test_a_signal_from_the_future_weighs_no_more_than_one_from_now() -> None:
    assert rules.weight(a_signal(happened_at=NOW + dt.timedelta(days=3)), 1.0, NOW) == 1.0


@pytest.mark.parametrize(
    ("passes", "signals", "asked", "autonomy", "ripe"),
    [
        (0, 1, False, Autonomy.ASK, True),
        (0, 1, False, Autonomy.WATCH, False),
        (0, 1, True, Autonomy.WATCH, True),
        (1, 1, False, Autonomy.ASK, False),
        (1, 2, False, Autonomy.ASK, True),
        (2, 3, False, Autonomy.ASK, False),
        (3, 10, False, Autonomy.ASK, True),
        (4, 99, False, Autonomy.ASK, False),
        (6, 99, True, Autonomy.ASK, False),
    ],
)
def test_a_report_is_researched_when_heavy_enough_again_as_it_grows_and_never_past_the_cap(
    passes: int, signals: int, asked: bool, autonomy: Autonomy, ripe: bool
) -> None:
    report = Report(title="x", weight=1.0, research_passes=passes)

    assert rules.is_ripe(report, signals, asked=asked, autonomy=autonomy, policy=Policy()) is ripe


@pytest.mark.parametrize(
    ("passes", "seen", "signals", "ripe"),
    [
        (1, 1, 2, True),
        (1, 5, 6, False),  # it has grown by one, not to the next number
        (1, 5, 10, True),
        (3, 1, 2, True),  # people asked twice meanwhile
        (2, 12, 40, False),
        (4, 1, 10, False),
    ],
)
def test_what_a_pass_saw_is_no_growth(passes: int, seen: int, signals: int, ripe: bool) -> None:
    report = Report(title="x", weight=9.0, research_passes=passes, research=a_research(gathered=seen))

    assert rules.is_ripe(report, signals, asked=False, autonomy=Autonomy.ASK, policy=Policy()) is ripe


def test_a_light_report_waits() -> None:
    report = Report(title="x", weight=0.9)

    assert not rules.is_ripe(report, 1, asked=False, autonomy=Autonomy.ASK, policy=Policy(ripe_weight=1.0))


@pytest.mark.parametrize(
    ("channels", "sources", "repository", "expected"),
    [
        (("C11",), (), "", Autonomy.WATCH),
        (("C22",), ("calm",), "acme/free", Autonomy.ASK),
        ((), ("calm", "noisy"), "", Autonomy.WATCH),
        ((), (), "acme/old", Autonomy.RESEARCH),
    ],
)
def test_the_most_careful_autonomy_of_channels_sources_and_repository_wins(
    channels: tuple[str, ...], sources: tuple[str, ...], repository: str, expected: Autonomy
) -> None:
    policy = Policy(
        channels=(Channel(id="C11", autonomy=Autonomy.WATCH), Channel(id="C22")),
        sources={
            "calm": SourceTerms(kind="sentry", report_to="C22"),
            "noisy": SourceTerms(kind="sentry", report_to="C22", autonomy=Autonomy.WATCH),
        },
        repositories=(Repository(name="acme/free"), Repository(name="acme/old", autonomy=Autonomy.RESEARCH)),
    )
    count = Count(len(sources), channels, sources)

    assert rules.autonomy_of(Report(title="x", channel="C22"), count, policy, repository) is expected
    assert rules.autonomy_of(Report(title="x", channel="C22", repository=repository), count, policy) is expected


@pytest.mark.parametrize(
    ("priority", "autonomy", "shown"),
    [
        (Priority.P2, Autonomy.ASK, True),
        (Priority.P0, Autonomy.ASK, True),
        (Priority.P3, Autonomy.ASK, False),
        (Priority.P0, Autonomy.RESEARCH, False),
    ],
)
def test_a_plan_is_shown_for_what_is_urgent_enough(priority: Priority, autonomy: Autonomy, *, shown: bool) -> None:
    assert rules.may_propose(priority, autonomy, Policy(propose_from=Priority.P2)) is shown
    assert rules.may_propose(priority, Autonomy.ASK, Policy())


def test_one_repository_is_it_and_of_several_the_one_that_is_named() -> None:
    shop, till = Repository(name="acme/shop", products=("basket",)), Repository(name="acme/till")
    several = Policy(repositories=(shop, till), sources={"errors": SourceTerms(kind="sentry", report_to="C11")})
    routed = Policy(
        repositories=(shop, till),
        sources={"errors": SourceTerms(kind="sentry", report_to="C11", repository="acme/till")},
    )

    assert rules.repository_of([a_signal()], Policy(repositories=(shop,))) == shop
    assert rules.repository_of([a_signal(body="the Basket is empty")], several) == shop
    assert rules.repository_of([a_signal(body="nothing is named")], several) is None
    assert rules.repository_of([a_signal(source="errors", body="the basket")], routed) == till
    assert rules.repository_of([a_signal()], Policy()) is None


class PersonFields(TypedDict, total=False):
    user_id: str
    team_id: str
    is_bot: bool
    is_guest: bool
    is_stranger: bool
    deleted: bool


def person(**fields: Unpack[PersonFields]) -> Person:
    return replace(Person(user_id="U1", team_id=HOME), **fields)


def test_only_people_the_policy_names_may_decide() -> None:
    policy = Policy(approvers=("U1",))

    assert rules.may_decide(person(), None, policy, HOME) == ""
    assert "<@U1>" in rules.may_decide(person(user_id="U2"), None, policy, HOME)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_bot": True},
        {"is_guest": True},
        {"is_stranger": True},
        {"deleted": True},
        {"team_id": "T2"},
        {"team_id": ""},
    ],
)
def test_bots_guests_and_strangers_never_may_even_if_named(fields: PersonFields) -> None:
    assert rules.may_decide(person(**fields), None, Policy(approvers=("U1",)), HOME)


def test_a_repository_may_have_approvers_of_its_own() -> None:
    policy = Policy(approvers=("U1",))
    guarded = Repository(name="acme/vault", approvers=("U9",))

    assert rules.may_decide(person(), guarded, policy, HOME)
    assert rules.may_decide(person(user_id="U9"), guarded, policy, HOME) == ""


def test_a_policy_that_names_nobody_lets_nobody() -> None:
    assert "approvers" in rules.may_decide(person(), None, Policy(), HOME)


def test_a_refusal_fits_asking_deciding_and_pausing_alike() -> None:
    guest = rules.may_decide(person(is_guest=True), None, Policy(approvers=("U1",)), HOME)
    other = rules.may_decide(person(user_id="U2"), None, Policy(approvers=("U1",)), HOME)

    for said in (guest, other):
        assert said
        assert "ask" not in said
        assert "decide" not in said


@pytest.mark.parametrize(
    ("at", "days", "until"),
    [
        ("2026-11-19T11:00", 3, "2026-11-24T11:00"),  # Thursday: Friday, Monday, Tuesday
        ("2026-11-20T17:00", 3, "2026-11-25T17:00"),
        ("2026-11-21T12:00", 1, "2026-11-24T00:00"),  # Saturday: the day that counts is Monday
        ("2026-11-23T09:00", 3, "2026-11-26T09:00"),
        ("2026-11-23T09:00", 10, "2026-12-07T09:00"),
        ("2026-11-21T12:00", 0.5, "2026-11-22T00:00"),  # what is shorter than a day is meant as it stands
    ],
)
def test_a_wait_of_days_does_not_run_on_weekends(at: str, days: float, until: str) -> None:
    began = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    over = working_time_after(began, days * 86_400.0, UTC)
    assert over == dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("channels", "sources", "repository", "priority", "expected"),
    [
        ((), (), "", None, Autonomy.DRAFT),
        (("C22",), (), "acme/free", Priority.P3, Autonomy.DRAFT),
        (("C11",), (), "", None, Autonomy.ASK),
        ((), ("careful",), "", None, Autonomy.ASK),
        ((), (), "acme/old", None, Autonomy.ASK),
        ((), (), "", Priority.P0, Autonomy.ASK),
        (("C11",), (), "", Priority.P4, Autonomy.RESEARCH),
    ],
)
def test_draft_holds_only_where_nothing_that_applies_is_more_careful(
    channels: tuple[str, ...], sources: tuple[str, ...], repository: str, priority: Priority | None, expected: Autonomy
) -> None:
    policy = Policy(
        autonomy=Autonomy.DRAFT,
        channels=(Channel(id="C11", autonomy=Autonomy.ASK), Channel(id="C22", autonomy=Autonomy.DRAFT)),
        sources={"careful": SourceTerms(kind="sentry", report_to="C22", autonomy=Autonomy.ASK)},
        repositories=(Repository(name="acme/free"), Repository(name="acme/old", autonomy=Autonomy.ASK)),
        priorities={Priority.P0: Autonomy.ASK, Priority.P4: Autonomy.RESEARCH},
    )
    count = Count(1, channels, sources)
    assert rules.autonomy_of(Report(title="x"), count, policy, repository, priority) is expected


def test_a_sources_reports_go_where_it_says_and_not_where_that_channels_messages_go() -> None:
    errors = {"errors": SourceTerms(kind="sentry", report_to="C11")}
    for connect, home in (
        (False, "C11"),
        (True, "C22"),
    ):  # what another workspace reads stays with that channel's terms
        channels = (Channel(id="C11", report_to="C22", connect=connect),)
        policy = Policy(channels=channels, sources=errors)
        assert rules.home_from("C11", Visibility.PUBLIC, policy, "errors") == home
        assert rules.home_from("C11", Visibility.PUBLIC, policy, "slack") == "C22"
