"""The Linear source, over HTTP through linear-api's client against the loopback Linear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from agents.errors import SourceDown, SourceRejected
from agents.fixes.issue_ids import issue_id_of
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.reading import PULLS
from bot.sources.source import LooksUp, Position, Source
from playground.faults import Fault, Faults, Kind, Moment
from playground.linear import Linear, LinearIssue
from playground.loopback import Loopback
from playground.rate import Rate
from storage.raw import Severity
from storage.records import Report

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def issue(identifier: str = "PLAT-318", at: dt.datetime | None = None, **more: Any) -> LinearIssue:
    at = at or ago(hours=3)
    given = LinearIssue(
        identifier, "Wrong duration", "Rows show a day.", f"https://linear.example/issue/{identifier}", at, at
    )
    return replace(given, **more)


@pytest.fixture
def linear(faults: Faults) -> Iterator[Linear]:
    server = Linear("lin_right", faults)
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


def source(server: Linear, key: str = "lin_right", **options: str) -> Source:
    terms = SourceTerms(kind="linear", report_to="C01", options={"lookback": "2d", **options})
    settings = Settings(_env_file=None, linear_url=server.address or "", linear_api_key=SecretStr(key))
    return KINDS["linear"]("tracker", terms, settings)


def test_an_issue_brings_its_words_its_priority_and_its_keys(linear: Linear) -> None:
    links = ("https://sentry.example/issues/FLEET-42", "https://wiki.example/page")
    linear.put(issue(priority=2, labels=("bug", "export"), links=links))

    (signal,) = source(linear).pull("").signals

    assert (signal.external_id, signal.occurrence, signal.title) == ("PLAT-318", "", "Wrong duration")
    assert signal.body == "Rows show a day.\n\nteam: PLAT   labels: bug, export"
    assert signal.url == "https://linear.example/issue/PLAT-318"
    assert signal.keys == ("linear:PLAT-318", f"url:{signal.url}", "url:https://sentry.example/issues/FLEET-42")
    assert signal.labels == ("team PLAT", "bug", "export")
    assert signal.happened_at == ago(hours=3)


@pytest.mark.parametrize(
    ("priority", "severity"),
    [(0, Severity.WARNING), (1, Severity.FATAL), (2, Severity.ERROR), (3, Severity.WARNING), (4, Severity.INFO)],
)
def test_priorities_are_those_of_linear_not_of_its_client(linear: Linear, priority: int, severity: Severity) -> None:
    linear.put(issue(priority=priority))

    assert source(linear).pull("").signals[0].severity is severity


def test_the_names_of_people_are_handed_to_the_redactor_and_stay_nowhere(linear: Linear) -> None:
    linear.put(issue(creator="Wilma Sonntag", assignee="Ada Park", description="Wilma showed me. Ask Ada Park."))
    (signal,) = source(linear).pull("").signals

    kept = Redactor(b"k").raw(signal).model_dump_json()

    assert signal.people == ("Wilma Sonntag", "Ada Park")
    assert not [name for name in ("Wilma", "Sonntag", "Ada") if name in kept]


def test_a_change_is_read_again_and_what_was_read_is_not(linear: Linear) -> None:
    linear.put(issue())
    reader = source(linear)
    first = reader.pull("")
    assert reader.pull(first.cursor).signals == ()

    linear.put(issue(updated=ago(hours=1), description="Rows show a day. 14 of 2,300."))
    linear.put(issue("PLAT-319", ago(hours=2)))
    later = reader.pull(first.cursor)

    assert [signal.external_id for signal in later.signals] == ["PLAT-319", "PLAT-318"]
    assert later.signals[1].body.startswith("Rows show a day. 14")
    assert later.signals[1].occurrence == ""


def test_a_reopened_issue_is_an_occurrence_of_its_own_and_stays_it_when_it_changes(linear: Linear) -> None:
    linear.put(issue())
    reader = source(linear)
    first = reader.pull("")
    linear.move("PLAT-318", "completed", ago(hours=2))
    closed = reader.pull(first.cursor)
    linear.move("PLAT-318", "unstarted", ago(hours=1))
    back = reader.pull(closed.cursor)
    linear.move("PLAT-318", "started", ago(minutes=30))
    on = reader.pull(back.cursor)
    linear.move("PLAT-318", "canceled", ago(minutes=20))
    linear.move("PLAT-318", "backlog", ago(minutes=10))
    once_more = reader.pull(on.cursor)

    assert closed.signals == ()
    assert back.signals[0].occurrence.startswith("reopened ")
    assert back.signals[0].happened_at == ago(hours=1)
    assert on.signals[0].occurrence == back.signals[0].occurrence
    assert once_more.signals[0].happened_at == ago(minutes=10)
    assert once_more.signals[0].occurrence != back.signals[0].occurrence


def test_only_the_named_teams_and_labels_are_read(linear: Linear) -> None:
    linear.put(issue("PLAT-1", labels=("bug",)))
    linear.put(issue("PLAT-2", labels=("chore",)))
    linear.put(issue("WEB-1", labels=("bug",)))

    read = source(linear, teams="PLAT, OPS", labels="bug, crash").pull("").signals

    assert [signal.external_id for signal in read] == ["PLAT-1"]


def test_an_issue_that_moved_to_another_team_is_the_one_it_was(linear: Linear) -> None:
    linear.put(issue("WEB-9", previous=("PLAT-318",)))

    (signal,) = source(linear).pull("").signals

    assert signal.external_id == "PLAT-318"
    assert {"linear:PLAT-318", "linear:WEB-9"} <= set(signal.keys)


def test_a_long_list_is_read_in_parts_and_what_changes_meanwhile_is_not_lost(linear: Linear) -> None:
    for number in range(60):
        linear.put(issue(f"PLAT-{number}", ago(minutes=200 - number)))
    reader = source(linear)
    first = reader.pull("")
    assert Position.model_validate_json(first.cursor).below == ago(minutes=200 - 35)
    linear.put(issue("PLAT-0", ago(minutes=200), updated=ago(minutes=1)))
    read, cursor = {signal.external_id for signal in first.signals}, first.cursor
    while True:
        pulled = reader.pull(cursor)
        read |= {signal.external_id for signal in pulled.signals}
        cursor = pulled.cursor
        if not pulled.goes_on:
            break
    afterwards = reader.pull(cursor)

    assert read == {f"PLAT-{number}" for number in range(1, 60)}
    assert [signal.external_id for signal in afterwards.signals] == ["PLAT-0"]


def test_linear_that_limits_our_rate_is_left_alone_until_its_bucket_is_full(faults: Faults) -> None:
    server = Linear("lin_right", faults, Rate(calls=1, seconds=40))
    with Loopback(server.app) as served:
        server.serve(served.url)
        reader = source(server)
        reader.pull("")
        with pytest.raises(SourceDown) as caught:
            reader.pull("")

    assert caught.value.retry_after == pytest.approx(40, abs=3)


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
def test_linear_that_fails_says_so_and_may_be_asked_again(linear: Linear, faults: Faults, kind: Kind) -> None:
    faults.plan(Fault("linear:graphql", Moment.PERFORMED, kind, status=502))

    with pytest.raises(SourceDown, match="Linear"):
        source(linear).pull("")
    assert source(linear).pull("").signals == ()


def test_a_wrong_key_and_none_name_the_variable(linear: Linear) -> None:
    with pytest.raises(SourceRejected, match="LINEAR_API_KEY"):
        source(linear, key="lin_wrong").pull("")
    with pytest.raises(SourceRejected, match="LINEAR_API_KEY is not set"):
        source(linear, key="")


def test_an_issue_in_the_trash_or_deleted_for_good_is_gone(linear: Linear) -> None:
    names = ["PLAT-1", "PLAT-2", "PLAT-3"]
    for name in names:
        linear.put(issue(name))
    asked = source(linear)
    assert isinstance(asked, LooksUp)
    assert asked.gone(names) == ()

    linear.delete("PLAT-2")
    linear.delete("PLAT-3", for_good=True)
    assert asked.gone(names) == ("PLAT-2", "PLAT-3")


def test_an_issue_of_a_team_that_we_may_not_see_is_not_taken_for_deleted(linear: Linear) -> None:
    asked = source(linear)
    assert isinstance(asked, LooksUp)
    with pytest.raises(SourceRejected, match="no team PRIV"):
        asked.gone(["PRIV-1"])


def test_an_issue_that_was_made_of_a_report_is_no_signal(linear: Linear) -> None:
    linear.put(issue("PLAT-1", id=str(issue_id_of(Report(id=7, title="t")))))
    linear.put(issue("PLAT-2"))
    pulled = source(linear).pull("")
    assert [signal.external_id for signal in pulled.signals] == ["PLAT-2"]
    assert not pulled.unread


def test_teams_and_labels_are_found_however_they_are_written(linear: Linear) -> None:
    """Linear's `in` tells Bug from bug."""
    linear.put(issue(labels=("Bug",)))

    assert len(source(linear, teams="plat", labels="bug, crash").pull("").signals) == 1
    assert source(linear, labels="crash").pull("").signals == ()


def test_a_token_of_oauth_is_shown_as_a_bearer(faults: Faults) -> None:
    server = Linear("Bearer lin_oauth_1", faults)
    with Loopback(server.app) as served:
        server.serve(served.url)
        server.put(issue())

        assert len(source(server, "lin_oauth_1").pull("").signals) == 1


def test_of_an_answer_that_is_whole_in_part_the_whole_issues_are_taken_and_the_rest_is_named(linear: Linear) -> None:
    for number in (1, 2, 3):
        linear.put(issue(f"PLAT-{number}"))
    linear.withhold("PLAT-2", "creator")
    reader = source(linear)

    pulled = reader.pull("")
    linear.withhold("")

    assert sorted(signal.external_id for signal in pulled.signals) == ["PLAT-1", "PLAT-2", "PLAT-3"]
    assert [(each.name, each.in_part) for each in pulled.unread] == [("PLAT-2", True)]
    assert pulled.unread[0].why == "a part of it could not be had: Linear answered FORBIDDEN for its creator"
    assert reader.pull("").unread == ()


def test_a_fault_of_linears_own_in_one_issue_is_waited_for_as_long_as_any_page_of_an_item(linear: Linear) -> None:
    linear.put(issue("PLAT-1"))
    linear.put(issue("PLAT-2"))
    linear.withhold("PLAT-2", "labels", "INTERNAL_SERVER_ERROR")
    reader = source(linear)
    for _ in range(PULLS):
        with pytest.raises(SourceDown, match="INTERNAL_SERVER_ERROR for its labels"):
            reader.pull("")

    pulled = reader.pull("")

    assert [signal.external_id for signal in pulled.signals] == ["PLAT-1"]
    assert [each.name for each in pulled.unread] == ["PLAT-2"]
