"""How Sentry is read from pull to pull, and what happens when it does not answer as it should."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from agents.errors import SourceDown, SourceRejected
from bot.sources.sentry import pause_towards
from bot.sources.source import Pulled
from playground.case import demo_cases
from playground.faults import Fault, Faults, Kind, Moment
from playground.sentry import Sentry
from tests.bot.sentry_read import sentry_source

NOW = dt.datetime.now(dt.UTC)


def test_the_cursor_passes_over_what_was_read_and_sees_what_fires_again(sentry: Sentry) -> None:
    first, second = demo_cases()
    first.add_to_sentry(sentry, NOW - dt.timedelta(hours=2))
    source = sentry_source(sentry)
    pulled = source.pull("")
    second.add_to_sentry(sentry, NOW - dt.timedelta(hours=1))

    later = source.pull(pulled.cursor)
    assert [signal.external_id for signal in later.signals] == ["FLEET-SWEEPER-42"]
    assert source.pull(later.cursor).signals == ()

    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)
    (again,) = source.pull(later.cursor).signals
    assert again.external_id == "SOLAR-DASHBOARD-1A7"
    assert again.body == pulled.signals[0].body


def test_more_sentry_issues_than_one_pull_reads_all_come_in_parts(sentry: Sentry) -> None:
    error = demo_cases()[0].sentry
    for number in range(260):
        at = NOW - dt.timedelta(minutes=number // 2)
        sentry.add_issue(replace(error, short_id=f"S-{number}"), first_seen=at, last_seen=at)
    source, cursor = sentry_source(sentry), ""
    parts: list[Pulled] = []
    while not parts or parts[-1].more:
        parts.append(source.pull(cursor))
        cursor = parts[-1].cursor
        sentry.happen("S-200", at=NOW + dt.timedelta(seconds=len(parts)))  # moves up while the list is read

    names = {signal.external_id for part in parts for signal in part.signals}
    later = source.pull(cursor)

    assert names == {f"S-{number}" for number in range(260)} - {"S-200"}
    assert len(parts) >= 3
    assert [signal.external_id for signal in later.signals] == ["S-200"]
    assert source.pull(later.cursor).signals == ()


def test_an_event_that_comes_in_late_is_read_although_newer_ones_were(sentry: Sentry) -> None:
    error = demo_cases()[0].sentry
    sentry.add_issue(replace(error, short_id="NEWER-1"), last_seen=NOW - dt.timedelta(minutes=1))
    source = sentry_source(sentry)
    pulled = source.pull("")
    sentry.add_issue(replace(error, short_id="LATE-1"), last_seen=NOW - dt.timedelta(minutes=2))

    later = source.pull(pulled.cursor)

    assert [signal.external_id for signal in later.signals] == ["LATE-1"]
    assert source.pull(later.cursor).signals == ()


def test_sentry_that_limits_our_rate_is_left_alone_as_long_as_it_asks(sentry: Sentry, faults: Faults) -> None:
    faults.plan(Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=7))

    with pytest.raises(SourceDown) as caught:
        sentry_source(sentry).pull("")

    assert caught.value.retry_after == 7


def test_only_sentrys_own_hosts_are_asked_slowly_for_the_pages_of_issues() -> None:
    assert pause_towards("https://sentry.io") == pause_towards("https://de.sentry.io/") == 0.25  # four a second of five
    assert pause_towards("https://sentry.acme.example") == pause_towards("https://notsentry.io") == 0


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
def test_a_sentry_that_fails_says_so_and_may_be_asked_again(sentry: Sentry, faults: Faults, kind: Kind) -> None:
    faults.plan(Fault("sentry:issues.list", Moment.PERFORMED, kind, status=502))

    with pytest.raises(SourceDown, match="Sentry"):
        sentry_source(sentry).pull("")
    assert sentry_source(sentry).pull("").signals == ()


def test_a_search_that_sentry_does_not_understand_is_told_in_sentrys_words(sentry: Sentry) -> None:
    with pytest.raises(SourceRejected, match='Invalid value for "is" search'):
        sentry_source(sentry, query="is:open").pull("")


def test_a_wrong_sentry_token_names_the_variable(sentry: Sentry) -> None:
    with pytest.raises(SourceRejected, match="SENTRY_TOKEN"):
        sentry_source(sentry, token="wrong").pull("")


def test_a_missing_option_names_its_key(sentry: Sentry) -> None:
    with pytest.raises(SourceRejected, match="organization"):
        sentry_source(sentry, organization="")
