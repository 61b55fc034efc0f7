"""The pulled sources, over HTTP against loopback servers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Source
from playground.case import demo_cases
from playground.codehost import CodeHost
from playground.codehost.git import run_git
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.sentry import Sentry
from storage.raw import Severity

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def sentry(faults: Faults) -> Iterator[Sentry]:
    server = Sentry("right", faults)
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


def sentry_source(server: Sentry, token: str = "right", **options: str) -> Source:
    terms = SourceTerms(kind="sentry", report_to="C01", options={"organization": "acme", "lookback": "2d", **options})
    settings = Settings(_env_file=None, sentry_url=server.address or "", sentry_token=SecretStr(token))  # type: ignore[call-arg]
    return KINDS["sentry"]("errors", terms, settings)


@pytest.fixture
def host(tmp_path: Path, faults: Faults) -> Iterator[CodeHost]:
    here = tmp_path / "shop"
    here.mkdir()
    (here / "a.txt").write_text("a")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"]):
        run_git(*command, at=here)
    run_git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a", at=here)
    made = CodeHost(tmp_path / "host", faults, token="right")
    with Loopback(made.app) as served:
        made.serve(served.url)
        made.add_repository("acme/shop", from_directory=here)
        made.add_person("ada")
        yield made


def github_source(host: CodeHost, token: str = "right", repository: str = "acme/shop") -> Source:
    options = {"repository": repository, "lookback": "2d"}
    terms = SourceTerms(kind="github", report_to="C01", options=options)
    settings = Settings(_env_file=None, github_api_url=host.address or "", github_token=SecretStr(token))  # type: ignore[call-arg]
    return KINDS["github"]("issues", terms, settings)


def test_a_sentry_issue_brings_its_frames_its_reach_and_its_keys(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry)

    (signal,) = sentry_source(sentry).pull("").signals

    assert signal.external_id == "SOLAR-DASHBOARD-1A7"
    assert signal.severity is Severity.ERROR
    assert signal.reach == 61
    assert 'File "humanize/number.py", line 511, in metric' in signal.body
    assert "sentry:SOLAR-DASHBOARD-1A7" in signal.keys
    assert any(key.startswith("frame:") and key.endswith(":ValueError") for key in signal.keys)


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


def test_a_resolved_sentry_issue_that_fires_again_is_a_new_occurrence(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(hours=3))
    source = sentry_source(sentry)
    first = source.pull("")
    sentry.resolve("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)

    (again,) = source.pull(first.cursor).signals

    assert first.signals[0].occurrence == ""
    assert again.occurrence.startswith("regressed ")


def test_sentry_that_limits_our_rate_is_left_alone_as_long_as_it_asks(sentry: Sentry, faults: Faults) -> None:
    faults.plan(Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=7))

    with pytest.raises(SourceDown) as caught:
        sentry_source(sentry).pull("")

    assert caught.value.retry_after == 7


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
def test_a_sentry_that_fails_says_so_and_may_be_asked_again(sentry: Sentry, faults: Faults, kind: Kind) -> None:
    faults.plan(Fault("sentry:issues.list", Moment.PERFORMED, kind, status=502))

    with pytest.raises(SourceDown, match="Sentry"):
        sentry_source(sentry).pull("")
    assert sentry_source(sentry).pull("").signals == ()


def test_a_wrong_sentry_token_names_the_variable(sentry: Sentry) -> None:
    with pytest.raises(SourceRejected, match="SENTRY_TOKEN"):
        sentry_source(sentry, token="wrong").pull("")


def test_a_missing_option_names_its_key(sentry: Sentry) -> None:
    with pytest.raises(SourceRejected, match="organization"):
        sentry_source(sentry, organization="")


def test_github_issues_are_read_once_and_pull_requests_never(host: CodeHost) -> None:
    host.open_issue(
        "acme/shop", 3, "Zero crashes", "metric(0) fails", user="ada", created_at=NOW - dt.timedelta(hours=5)
    )
    source = github_source(host)
    pulled = source.pull("")
    host.open_issue("acme/shop", 4, "Another", "", user="ada", created_at=NOW - dt.timedelta(hours=1))
    second = source.pull(pulled.cursor)

    assert [signal.external_id for signal in pulled.signals] == ["acme/shop#3"]
    assert pulled.signals[0].keys == (f"url:{pulled.signals[0].url}",)
    assert [signal.external_id for signal in second.signals] == ["acme/shop#4"]
    assert source.pull(second.cursor).signals == ()


def test_an_unknown_repository_names_the_source(host: CodeHost) -> None:
    with pytest.raises(SourceRejected, match="issues"):
        github_source(host, repository="acme/nowhere").pull("")


def test_github_that_does_not_answer_may_be_asked_again(host: CodeHost, faults: Faults) -> None:
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=502, times=5))

    with pytest.raises(SourceDown):
        github_source(host).pull("")
