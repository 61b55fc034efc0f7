"""The pulled sources, over HTTP against loopback servers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.errors import SourceDown, SourceRejected
from agents.redact import Redactor
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.sentry_events import open_lookup
from bot.sources.source import LooksUp, Pulled, Source, frame_keys
from playground.case import demo_cases
from playground.codehost import CodeHost
from playground.codehost.git import run_git
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.sentry import Sentry
from playground.sentry_records import Frame, Substatus
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
    settings = Settings(_env_file=None, sentry_url=server.address or "", sentry_token=SecretStr(token))
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


def github_source(host: CodeHost, token: str = "right", repository: str = "acme/shop", **more: str) -> Source:
    options = {"repository": repository, "lookback": "2d", **more}
    terms = SourceTerms(kind="github", report_to="C01", options=options)
    settings = Settings(_env_file=None, github_api_url=host.address or "", github_token=SecretStr(token))
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


@pytest.mark.parametrize(
    ("file", "function", "is_a_place"),
    [
        ("shop/cart.py", "total", True), ("app.js", "Cart.render", True), ("a.go", "(*Cart).Total", True),
        (None, "total", False), ("app.js", None, False), ("app.js", "?", False), ("app.js", "<anonymous>", False),
        ("app.js", "HTMLDocument.<anonymous>", False), ("main.4f2a.js", "t", False), ("manage.py", "<module>", False),
        ("a.py", "<lambda>", False), ("", "", False),
    ],
)  # fmt: skip
def test_only_a_place_with_a_name_is_an_exact_key(file: object, function: object, *, is_a_place: bool) -> None:
    assert frame_keys(file, function, "TypeError") == ((f"frame:{file}:{function}:TypeError",) if is_a_place else ())
    assert frame_keys(file, function, None) == ()


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
    assert again.occurrence == f"regressed {NOW.strftime('%Y-%m-%dT%H:%M:%SZ')}"


def test_a_regression_stays_one_occurrence_however_long_it_lasts(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(days=3))
    sentry.resolve("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW - dt.timedelta(days=1, hours=1))
    source = sentry_source(sentry)
    (regressed,) = source.pull("").signals
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)

    (a_day_later,) = source.pull("").signals

    assert regressed.occurrence == a_day_later.occurrence
    assert regressed.occurrence.startswith("regressed ")


def test_an_escalation_is_an_occurrence_and_an_ongoing_issue_is_the_first_one(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(hours=3))
    source = sentry_source(sentry)
    first = source.pull("")
    sentry.escalate("SOLAR-DASHBOARD-1A7", at=NOW - dt.timedelta(hours=1))
    escalated = source.pull(first.cursor)
    sentry.settle("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)
    ongoing = source.pull(escalated.cursor)

    assert [signal.occurrence[:10] for signal in escalated.signals] == ["escalating"]
    assert [signal.occurrence for signal in ongoing.signals] == [""]


def test_a_sentry_issue_tells_release_environment_rough_counts_and_its_fingerprint(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry)

    (signal,) = sentry_source(sentry).pull("").signals

    assert "environment: production   release: dashboard@2026.11.18" in signal.body
    assert "events: 1000 or more   users: 10 or more" in signal.body
    assert any(key.startswith("sentry-fingerprint:") for key in signal.keys)
    assert "frame:dashboard/tiles.py:format_reading:ValueError" in signal.keys
    assert f"url:{signal.url}" in signal.keys


def test_a_sentry_issue_without_frames_or_without_any_event_is_a_signal_all_the_same(
    sentry: Sentry, faults: Faults
) -> None:
    sentry.add_issue(replace(demo_cases()[0].sentry, short_id="BARE-1", frames=(), tags={}, release=""))
    faults.plan(Fault("sentry:events.latest", Moment.RECEIPT, Kind.REFUSE, nth=2, status=404))

    (bare,) = sentry_source(sentry).pull("").signals
    (eventless,) = sentry_source(sentry).pull("").signals

    assert bare.external_id == eventless.external_id == "BARE-1"
    assert "Traceback" not in bare.body + eventless.body
    assert "math domain error" in eventless.body
    assert not [key for key in (*bare.keys, *eventless.keys) if key.startswith("frame:")]


@pytest.mark.parametrize(
    "data", [None, {"values": None}, {"values": [None]}, {"values": [{"stacktrace": None}]},
             {"values": [None, {"stacktrace": {"frames": [None, {"filename": None, "context": None}]}}]}],
)  # fmt: skip
def test_an_event_of_which_sentry_has_cut_parts_off_is_read_as_far_as_it_goes(data: dict[str, Any] | None) -> None:
    issue = {"id": "1", "shortId": "CUT-1", "title": None, "metadata": None, "lastSeen": NOW.isoformat()}
    event = {"entries": [{"type": "exception", "data": data}], "tags": None, "release": None}
    served = Starlette(
        routes=[
            Route("/api/0/organizations/acme/issues/", lambda _: JSONResponse([issue])),
            Route("/api/0/organizations/acme/issues/{any:path}", lambda _: JSONResponse(event)),
        ]
    )
    with Loopback(served) as at:
        settings = Settings(_env_file=None, sentry_url=at.url, sentry_token=SecretStr("right"))
        terms = SourceTerms(kind="sentry", report_to="C01", options={"organization": "acme"})
        (signal,) = KINDS["sentry"]("errors", terms, settings).pull("").signals
        told = open_lookup("errors", terms, settings).event("CUT-1")

    assert (signal.title, signal.severity) == ("CUT-1, which has no title", Severity.INFO)
    assert "tags:" in told


def test_a_regressed_sentry_issue_that_is_deleted_while_it_is_read_stops_nothing(
    sentry: Sentry, faults: Faults
) -> None:
    sentry.add_issue(demo_cases()[0].sentry, substatus=Substatus.REGRESSED)
    faults.plan(Fault("sentry:issues.get", Moment.RECEIPT, Kind.REFUSE, status=404))

    assert [signal.occurrence for signal in sentry_source(sentry).pull("").signals] == ["regressed"]


def test_who_met_a_sentry_issue_is_handed_to_the_redactor_by_name(sentry: Sentry) -> None:
    seen = replace(
        demo_cases()[0].sentry,
        title="No tariff for Perpetua Lovelock",
        tags={"user": "username:perpetua", "plan": "team"},
        user={"id": "7", "name": "Perpetua Lovelock"},
    )
    sentry.add_issue(seen)

    (signal,) = sentry_source(sentry).pull("").signals

    kept = Redactor(b"k").raw(signal).model_dump_json()
    assert signal.people == ("Perpetua Lovelock",)
    assert "plan = team" in signal.body
    assert not [word for word in ("Lovelock", "perpetua") if word in kept]


def test_of_a_stack_that_is_too_long_the_own_frames_stay(sentry: Sentry) -> None:
    own = Frame("shop/cart.py", 7, "total", "return tax(cart)")
    library = [Frame(f"lib/deep_{number}.py", number, "step", "go()", in_app=False) for number in range(1, 101)]
    sentry.add_issue(replace(demo_cases()[0].sentry, frames=(own, *library)))

    (signal,) = sentry_source(sentry).pull("").signals

    frames = [line for line in signal.body.splitlines() if line.startswith("  File ")]
    assert len(frames) == 60
    assert frames[0] == '  File "shop/cart.py", line 7, in total'
    assert frames[-1] == '  File "lib/deep_100.py", line 100, in step'


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


def test_an_issue_that_is_edited_is_the_same_signal_with_other_words(host: CodeHost) -> None:
    host.open_issue(
        "acme/shop", 3, "Zero", "", user="ada", created_at=NOW - dt.timedelta(hours=5), labels=["Bug", "UI"]
    )
    source = github_source(host)
    first = source.pull("")
    host.edit_issue("acme/shop", 3, "ada", title="Zero crashes", body="metric(0) fails")
    second = source.pull(first.cursor)

    assert second.signals[0].external_id == first.signals[0].external_id
    assert second.signals[0].occurrence == first.signals[0].occurrence == ""
    assert (second.signals[0].title, first.signals[0].title) == ("Zero crashes", "Zero")
    assert second.signals[0].body == "metric(0) fails\n\nLabels: bug, ui"
    assert second.signals[0].severity is Severity.ERROR


def test_an_issue_that_is_reopened_is_a_new_occurrence_each_time(host: CodeHost) -> None:
    host.open_issue("acme/shop", 3, "Zero", "", user="ada", created_at=NOW - dt.timedelta(hours=5))
    source = github_source(host)
    first = source.pull("").signals[0]
    occurrences = [first.occurrence]
    for _ in range(2):
        host.close("acme/shop", 3, "ada")
        assert source.pull("").signals == ()
        host.reopen("acme/shop", 3, "ada")
        occurrences.append(source.pull("").signals[0].occurrence)
        host.edit_issue("acme/shop", 3, "ada", title="Zero again")
        assert source.pull("").signals[0].occurrence == occurrences[-1]
        time.sleep(1.1)  # GitHub's times are whole seconds

    assert occurrences[0] == ""
    assert all(each.startswith("reopened ") for each in occurrences[1:])
    assert len(set(occurrences)) == 3
    again = source.pull("").signals[0]
    assert first.happened_at < NOW <= again.happened_at + dt.timedelta(seconds=1)


def test_what_bots_write_is_left_out_but_for_those_that_are_named(host: CodeHost) -> None:
    host.add_person("watcher[bot]", is_bot=True)
    host.add_person("noise[bot]", is_bot=True)
    for number, author in ((3, "watcher[bot]"), (4, "noise[bot]"), (5, "ada")):
        host.open_issue("acme/shop", number, "x", "", user=author, created_at=NOW - dt.timedelta(hours=1))

    def read(**options: str) -> list[str]:
        return [signal.external_id for signal in github_source(host, **options).pull("").signals]

    assert read() == ["acme/shop#5"]
    assert read(bots="Watcher[bot]") == ["acme/shop#3", "acme/shop#5"]


def test_only_issues_with_a_wanted_label_are_read_if_labels_are_named(host: CodeHost) -> None:
    hour_ago = NOW - dt.timedelta(hours=1)
    host.open_issue("acme/shop", 3, "x", "", user="ada", created_at=hour_ago, labels=["Outage"])
    host.open_issue("acme/shop", 4, "y", "", user="ada", created_at=hour_ago, labels=["question"])

    (signal,) = github_source(host, labels="bug, outage").pull("").signals

    assert signal.external_id == "acme/shop#3"
    assert signal.severity is Severity.FATAL


def test_an_unknown_repository_names_the_source(host: CodeHost) -> None:
    with pytest.raises(SourceRejected, match="issues"):
        github_source(host, repository="acme/nowhere").pull("")


def test_github_that_does_not_answer_may_be_asked_again(host: CodeHost, faults: Faults) -> None:
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=502, times=5))

    with pytest.raises(SourceDown):
        github_source(host).pull("")


@pytest.mark.parametrize("status", [403, 429])
def test_github_that_limits_our_rate_is_left_alone_as_long_as_it_asks(
    host: CodeHost, faults: Faults, status: int
) -> None:
    asks = Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=status, retry_after=120, times=9)
    faults.plan(asks)
    began = time.monotonic()

    with pytest.raises(SourceDown, match="GitHub") as caught:
        github_source(host).pull("")
    assert caught.value.retry_after == 120
    assert time.monotonic() - began < 20


def test_a_github_issue_that_was_deleted_or_transferred_is_gone(host: CodeHost, tmp_path: Path) -> None:
    host.add_repository("acme/attic", from_directory=tmp_path / "shop")
    numbers = [host.open_issue("acme/shop", None, title, "words", user="ada") for title in ("stays", "goes", "moves")]
    names = [f"acme/shop#{number}" for number in numbers]
    source = github_source(host)
    assert isinstance(source, LooksUp)
    assert source.gone(names) == ()

    host.delete_issue("acme/shop", numbers[1])
    host.transfer_issue("acme/shop", numbers[2], "acme/attic")
    assert source.gone(names) == tuple(names[1:])


def test_github_issues_that_are_closed_to_us_are_not_taken_for_deleted(host: CodeHost, faults: Faults) -> None:
    number = host.open_issue("acme/shop", None, "goes", "words", user="ada")
    host.delete_issue("acme/shop", number)
    source = github_source(host)
    assert isinstance(source, LooksUp)
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=410))

    with pytest.raises(SourceRejected, match="GitHub answered 410"):
        source.gone([f"acme/shop#{number}"])
    nowhere = github_source(host, repository="acme/nowhere")
    assert isinstance(nowhere, LooksUp)
    with pytest.raises(SourceRejected, match="GitHub answered 404"):
        nowhere.gone([f"acme/nowhere#{number}"])
