"""The demo's signals: both bugs, what else is said, and nothing that gives the answer away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from playground.case import SIGNALS, Kind, Tool, chatter, demo_cases, duplicate, moved_to
from playground.codehost import CodeHost
from playground.codehost.git import run_git
from playground.faults import Faults
from playground.linear import Linear
from playground.posthog import PostHog
from playground.sentry import Sentry
from playground.zendesk import Zendesk

AT = datetime(2026, 11, 20, 7, 14, tzinfo=UTC)


def test_both_bugs_are_known_by_the_ids_that_recordings_use() -> None:
    first, second = demo_cases()
    assert (first.slack.external_id, first.sentry.short_id, first.github.external_id) == (
        "C07SOLAR/1795157642.118209",
        "SOLAR-DASHBOARD-1A7",
        "acme/humanize#31",
    )
    assert (second.slack.external_id, second.sentry.short_id, second.github.external_id) == (
        "C03FLEET/1795081267.004519",
        "FLEET-SWEEPER-42",
        "acme/humanize#34",
    )


def test_an_error_goes_to_sentry_with_its_frames_and_its_span_of_time() -> None:
    sentry = Sentry("token", Faults())
    first, second = demo_cases()
    first.add_to_sentry(sentry, AT)
    second.add_to_sentry(sentry, AT)
    [solar, fleet] = sentry.issues()
    assert (solar["firstSeen"], solar["lastSeen"]) == ("2026-11-19T16:52:00Z", "2026-11-20T07:14:00Z")
    assert (solar["count"], fleet["count"], fleet["project"]["slug"]) == ("1204", "37", "fleet-sweeper")
    assert [frame.function for frame in first.sentry.frames if not frame.in_app] == ["metric"]


def test_an_issue_goes_to_the_code_host_under_its_own_number(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    run_git("init", "-q", at=source)
    run_git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x", at=source)
    host = CodeHost(tmp_path / "host", Faults())
    host.add_repository("acme/humanize", source)
    assert [case.add_to_code_host(host, AT) for case in demo_cases()] == [31, 34]
    assert [issue.user for issue in host.issues("acme/humanize")] == ["henrik-w", "tessa-q"]


def test_the_other_tools_know_the_bugs_under_the_names_of_their_reports() -> None:
    first, second = demo_cases()
    zendesk, posthog, linear = Zendesk("t", Faults()), PostHog("t", Faults()), Linear("t", Faults())
    assert [case.add_to_zendesk(zendesk, AT) for case in (first, second)] == [48213, 48377]
    assert first.add_to_posthog(posthog, AT) == "0193b5e2"
    assert second.add_to_linear(linear, AT) == "PLAT-318"
    assert [set(case.tools) for case in (first, second)] == [{Tool.TICKET, Tool.REPLAY}, {Tool.TICKET, Tool.TRACKER}]
    with pytest.raises(ValueError, match="no Linear issue"):
        first.add_to_linear(linear, AT)


def test_each_bug_shows_itself_in_five_signals_and_the_bugs_share_none() -> None:
    first, second = (case.external_ids(frozenset(Tool)) for case in demo_cases())
    assert (len(first), len(second), len(first & second)) == (5, 5, 0)
    assert {"replay-0193b5e2", "ticket-48213"} <= first
    assert {"PLAT-318", "ticket-48377"} <= second
    assert [len(case.external_ids(frozenset())) for case in demo_cases()] == [3, 3]


def test_the_chatter_holds_one_attack_and_no_report() -> None:
    kinds = [line.kind for line in chatter()]
    assert kinds.count(Kind.INJECTION) == 1
    assert kinds.count(Kind.ORDINARY) >= 4
    ids = [line.external_id for line in (*chatter(), duplicate())] + [case.slack.external_id for case in demo_cases()]
    assert len(set(ids)) == len(ids)


def test_the_duplicate_is_the_first_report_word_for_word() -> None:
    first, _ = demo_cases()
    again = duplicate()
    assert (again.text, again.user) == (first.slack.body, first.reporter)
    assert again.external_id != first.slack.external_id


def test_nothing_in_the_file_is_for_scoring() -> None:
    text = SIGNALS.read_text()
    for field in ("symptom", "example", "reference", "fixed_version", "acceptance", "gold_", "fix_"):
        assert f'"{field}' not in text


def test_without_recordings_slacks_messages_were_said_the_same_morning_and_keep_their_order() -> None:
    at = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
    moved = moved_to(at)

    said = [line.ts for line in (*chatter(moved), duplicate(moved))]
    written = [line.ts for line in (*chatter(), duplicate())]
    case, as_written = demo_cases(moved)[0], demo_cases()[0]
    assert float(said[-1]) == pytest.approx((at - timedelta(hours=7)).timestamp(), abs=1)
    assert {round(float(new) - float(old)) for new, old in zip(said, written, strict=True)} == {moved.total_seconds()}
    ts = case.slack.external_id.partition("/")[2]
    assert round(float(ts) - float(as_written.slack.external_id.partition("/")[2])) == moved.total_seconds()
    assert case.slack.url.endswith(f"p{ts.replace('.', '')}")
    assert (case.sentry, case.github, case.ticket) == (as_written.sentry, as_written.github, as_written.ticket)
