"""What a soak proves: which signals are of code with the fix in it, when quiet is a proof, and what it waits for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agents.named_releases import is_from_before, releases_in
from agents.stages.prove import Watch, soak
from agents.terms import Policy, SourceTerms, Waits
from storage.records import Fix, Report, Signal
from storage.reports.soaks import Ending, KnownReleases, NamedReleases, ReadUntil
from storage.status import SignalStatus, Status

MERGED = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SOURCES = {name: SourceTerms(kind=name, report_to="C01") for name in ("sentry", "posthog", "github", "webhook")}
POLICY = Policy(sources=SOURCES, waits=Waits(soak=DAY.total_seconds(), quiet=30 * DAY.total_seconds()))
KNOWN = KnownReleases(
    named=(
        NamedReleases(source="sentry", releases=("shop@4.12.3", "3f2a9b1")),
        NamedReleases(source="sentry", labels=("mobile",), releases=("9.0.1",)),
    )
)
REPORT = Report(id=1, title="t", status=Status.AWAITING_PROOF, soak_until=MERGED + DAY)


def fields(release: str) -> str:
    return f"ValueError\nenvironment: production   release: {release}\nlevel: error\n\nextra: version = 1.0"


def a_signal(body: str, source: str = "sentry", **more: Any) -> Signal:
    given: dict[str, Any] = {
        "happened_at": MERGED + HOUR,
        "received_at": MERGED - DAY,
        "status": SignalStatus.FILED,
        **more,
    }
    return Signal(source=source, external_id="S-1", body=body, **given)


def watch(mended_in: str = "", policy: Policy = POLICY) -> Watch:
    fix = Fix(report_id=1, plan_revision=1, repository="", branch="", base_sha="", mended_in=mended_in)
    return Watch(fix, MERGED, KNOWN, policy)


@pytest.mark.parametrize(
    ("body", "by_fields", "by_words"),
    [
        (fields("shop@4.12.3+77"), ("shop@4.12.3+77",), ("shop@4.12.3+77", "1.0")),
        ("release = 3f2a9b1\n", ("3f2a9b1",), ("3f2a9b1",)),
        ("environment: prod   release: \nlevel: error", (), ()),
        ("It still fails in version 4.12.3.", (), ("4.12.3",)),
        ("**Version:** v4.12.3", (), ("v4.12.3",)),
        ("### Version\n\n4.12.3-rc.1", (), ("4.12.3-rc.1",)),
        ("Python version 3.11.2, Chrome version 119.0", (), ()),
        ("    release: 4.1\nrelease: it was yesterday", (), ("4.1",)),
        ("In version 4.12.3, and 4.13.0 has it too", (), ("4.12.3", "4.13.0")),
    ],
)
def test_releases_are_read_where_a_tool_writes_them_or_a_person_says_them(
    body: str, by_fields: tuple[str, ...], by_words: tuple[str, ...]
) -> None:
    signal = a_signal(body)
    assert (releases_in(signal, in_fields=True), releases_in(signal, in_fields=False)) == (by_fields, by_words)


@pytest.mark.parametrize(
    ("name", "labels", "is_old"),
    [
        ("shop@4.12.3", (), True), ("4.12.3", (), True), ("v4.12.3", (), True), ("3f2a9b1", (), True),
        ("shop@4.2.30", (), True), ("shop@4.12.4", (), False), ("shop@4.13.0", (), False),
        ("shop@4.12.3-rc.1", (), False),
        ("4.13.0", (), False), ("4.13.0", ("mobile",), True), ("billing@1.0.0", (), False), ("77aa01c", (), False),
    ],
)  # fmt: skip
def test_a_release_is_from_before_if_it_was_named_by_then_or_comes_before_one_of_its_own_kind(
    name: str, labels: tuple[str, ...], *, is_old: bool
) -> None:
    assert is_from_before(name, a_signal("", labels=labels), KNOWN) is is_old


@pytest.mark.parametrize(("name", "is_back"), [("shop@4.12.2", False), ("shop@4.12.3", True), ("3f2a9b1", False)])
def test_what_people_say_that_it_is_mended_in_decides_where_it_can_be_compared(name: str, *, is_back: bool) -> None:
    assert watch("2 prod 4.12.3").is_back(a_signal(fields(name))) is is_back


@pytest.mark.parametrize(
    ("signal", "is_back"),
    [
        (a_signal(fields("shop@4.12.3")), False),
        (a_signal(fields("shop@4.13.0")), True),
        (a_signal("ValueError"), True),
        (a_signal(fields("shop@4.13.0"), happened_at=MERGED), False),
        (a_signal(fields("shop@4.12.3"), occurrence="regressed 2026-11-21", received_at=MERGED + HOUR), True),
        (a_signal(fields("shop@4.12.3"), occurrence="regressed 2026-11-01"), False),
        (a_signal("in version 4.12.3 and version 4.13.0", "slack", received_at=MERGED + HOUR), True),
        (a_signal("still in version 4.12.3", "slack", received_at=MERGED + HOUR), False),
        (a_signal("still in version 4.12.3", "slack", received_at=MERGED + HOUR, asked_by="U1"), True),
        (a_signal("still in version 4.12.3", "slack"), True),  # what was said by then tells nothing of now
        (a_signal("release: 4.12.3", "posthog"), True),  # its words are those of the first time
        (a_signal("release: 4.12.3", "webhook"), False),
        (a_signal("in version 4.12.3 of the protocol", received_at=MERGED + HOUR), True),  # a program's words
    ],
)
def test_a_signal_takes_the_report_back_unless_it_speaks_of_older_releases_alone(
    signal: Signal, *, is_back: bool
) -> None:
    assert watch().is_back(signal) is is_back


def test_the_soak_begins_anew_with_what_is_still_seen_in_older_releases() -> None:
    old = a_signal(fields("shop@4.12.3"), happened_at=MERGED + 5 * HOUR)
    read = (ReadUntil(source="sentry", until=MERGED + 2 * DAY),)

    early = soak(REPORT, [old], watch(), read, MERGED + DAY + HOUR)
    assert (early.until, early.still_in, early.ending) == (MERGED + 5 * HOUR + DAY, ("shop@4.12.3",), None)
    assert soak(REPORT, [old], watch(), read, MERGED + DAY + 6 * HOUR).ending is Ending.PROVEN


def test_what_is_seen_in_older_releases_for_ever_delays_the_end_no_longer_than_the_policy_has_it() -> None:
    old = a_signal(fields("shop@4.12.3"), happened_at=MERGED + 30 * DAY)
    read = (ReadUntil(source="sentry", until=MERGED + 30 * DAY),)
    assert soak(REPORT, [old], watch(), read, MERGED + 30 * DAY - HOUR).ending is None
    assert soak(REPORT, [old], watch(), read, MERGED + 30 * DAY + HOUR).ending is Ending.UNHEARD


def test_what_is_there_again_and_not_told_of_yet_ends_no_soak() -> None:
    edited = a_signal(fields("shop@4.13.0"), status=SignalStatus.AWAITING_DIGEST)
    held = a_signal(fields("shop@4.13.0"), status=SignalStatus.HELD)
    waits = soak(REPORT, [edited], watch(), (), MERGED + 60 * DAY)
    assert (waits.ending, waits.until) == (None, REPORT.soak_until)
    assert soak(REPORT, [held], watch(), (), MERGED + 60 * DAY).ending is Ending.UNREPORTED


@pytest.mark.parametrize(
    ("source", "read", "after", "ending"),
    [
        ("sentry", MERGED + DAY, DAY, Ending.PROVEN),
        ("sentry", MERGED + DAY - HOUR, DAY, None),
        ("sentry", None, 29 * DAY, None),
        ("sentry", MERGED + HOUR, 30 * DAY, Ending.UNHEARD),
        ("posthog", MERGED + DAY, DAY, Ending.PROVEN),
        ("github", MERGED + DAY, DAY, Ending.UNREPORTED),
        ("github", MERGED + HOUR, DAY, None),
    ],
)
def test_a_soak_waits_for_its_sources_and_is_a_proof_only_where_one_would_tell(
    source: str, read: dt.datetime | None, after: dt.timedelta, ending: Ending | None
) -> None:
    readings = (ReadUntil(source=source, until=read),)
    assert soak(REPORT, [a_signal("", source, happened_at=MERGED)], watch(), readings, MERGED + after).ending is ending


def test_where_nothing_that_gathers_is_given_up_a_soak_waits_for_ever() -> None:
    policy = POLICY.model_copy(update={"waits": Waits(soak=0, quiet=0)})
    unread = (ReadUntil(source="sentry", until=None),)
    assert soak(REPORT, [], watch(policy=policy), unread, MERGED + 400 * DAY).ending is None


def test_one_people_told_of_alone_ends_unproven() -> None:
    assert (
        soak(REPORT, [a_signal("", "slack", happened_at=MERGED)], watch(), (), MERGED + DAY).ending is Ending.UNREPORTED
    )
