"""Values that no database holds and moments that have not come: none stops a source, or moves it past others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agents.errors import SourceRejected
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.pulling.put_aside import note
from bot.sources.source import Position, Pulled
from storage.raw import RawSignal, Unread, clipped
from storage.status import Visibility
from storage.store import Store
from tests.bot.site import Site
from tests.bot.test_malformed_items import (
    KIND_OF,
    NOW,
    Answers,
    Row,
    issue_of_github,
    issue_of_linear,
    issue_of_sentry,
    pulled,
    sentry,
)
from tests.bot.workplace import ADA, POLICY, SECRET, SOLAR, a_workplace
from tests.factories import a_raw_signal

MOMENT_OF = {"sentry": "lastSeen", "zendesk": "updated_at", "linear": "updatedAt", "posthog": "last_seen",
             "github": "updated_at"}  # fmt: skip
AHEAD = (NOW + dt.timedelta(days=30)).isoformat()
IMPOSSIBLE = ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00")
REDACTOR = Redactor(b"key")


@pytest.mark.parametrize(("kind", "answers", "row"), [each[:3] for each in KIND_OF])
def test_a_moment_that_has_not_come_moves_the_cursor_past_nothing(
    kind: str, answers: Callable[[list[Row]], Answers], row: Callable[..., Row]
) -> None:
    ahead = pulled(kind, answers([row(**{MOMENT_OF[kind]: AHEAD})]))

    assert Position.model_validate_json(ahead.cursor).since <= NOW
    if kind != "zendesk":  # which goes by a cursor of its own
        then = pulled(kind, answers([row(**{MOMENT_OF[kind]: AHEAD}), row()]), ahead.cursor)
        assert len(then.signals) == 2


@pytest.mark.parametrize(("kind", "answers", "row"), [each[:3] for each in KIND_OF])
@pytest.mark.parametrize("moment", IMPOSSIBLE)
def test_a_moment_that_no_clock_shows_is_put_aside(
    kind: str, answers: Callable[[list[Row]], Answers], row: Callable[..., Row], moment: str
) -> None:
    found = pulled(kind, answers([row(**{MOMENT_OF[kind]: moment}), row()]))

    assert (len(found.signals), len(found.unread)) == (1, 1)


def test_a_cursor_that_a_wrong_clock_had_moved_ahead_comes_back() -> None:
    moved = Position(since=NOW + dt.timedelta(days=30), seen=("S-7",))

    assert Position.at(moved.model_dump_json(), 3600).since < NOW
    assert Position.at(Position(since=NOW).model_dump_json(), 3600).since == NOW


def test_an_answer_that_is_no_list_is_refused_and_not_taken_for_items() -> None:
    with pytest.raises(SourceRejected, match="here answered with no list"):
        pulled("sentry", Answers(lambda *_: {"detail": "moved"}))


# ── what databases cannot hold ──────────────────────────────────────────────────────────────────────────────────────


def kept(store: Store, found: Pulled) -> list[RawSignal]:
    """What a pull keeps; the cursor moves."""
    raws = [REDACTOR.raw(raw) for raw in found.signals]
    note(store, REDACTOR, "here", found, raws)
    store.cursors.advance("here", found.cursor, raws)
    return raws


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        ("sentry", issue_of_sentry(shortId="ada@b.co " * 22, id="8")),
        ("linear", issue_of_linear(identifier="L-8", createdAt="0001-01-01T00:00:00+05:00")),
        ("github", issue_of_github(number=8, created_at="0001-01-01T00:00:00+05:00")),
    ],
    ids=["name", "too early", "too early in GitHub"],
)
def test_what_a_database_cannot_hold_keeps_no_other_item_back(store: Store, kind: str, odd: Row) -> None:
    answers, row = next((each[1], each[2]) for each in KIND_OF if each[0] == kind)

    assert kept(store, pulled(kind, answers([odd, row()])))
    assert store.cursors.get("here").value
    assert store.signals.counts().total + len(store.cursors.get("here").unread) == 2


def test_names_that_placeholders_make_too_long_are_still_told_apart() -> None:
    one, other = (REDACTOR.raw(a_raw_signal(external_id="ada@b.co " * 22 + end)).external_id for end in "12")

    assert max(len(one), len(other)) <= 200
    assert one != other
    assert REDACTOR.name("SHOP-1") == "SHOP-1"


def test_the_name_of_what_is_put_aside_is_redacted_before_it_is_cut(store: Store) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    long = f"{'x ' * 88}{token} {'y ' * 40}"

    kept(store, pulled("sentry", sentry([issue_of_sentry(shortId=long), issue_of_sentry()])))

    (aside,) = store.cursors.get("here").unread
    assert "ghp_" not in aside.name
    assert len(aside.name) <= 200
    assert isinstance(aside, Unread)


# ── what stands across a cut ────────────────────────────────────────────────────────────────────────────────────────

LINE = "it went wrong " * 40
ACROSS: Mapping[str, tuple[str, str]] = {
    "card": ("card 4111 1111 1111 1111 of hers", "4111"),
    "account": ("account DE89 3704 0044 0532 0130 00 of hers", "3704"),
    "telephone": ("call +49 170 1234567 of hers", "170"),
    "separators": ("password: hunt,er2&se;cret!x of hers", "hunt"),
    "quoted": ('password: "correct horse battery staple" of hers', "correct"),
}


@pytest.mark.parametrize(("said", "secret"), ACROSS.values(), ids=ACROSS)
def test_no_part_of_a_value_of_several_words_stays_at_a_cut(said: str, secret: str) -> None:
    text = f"{LINE}{said}"
    begins, ends = text.index(secret), text.index(" of hers")

    for at in range(begins + len(secret), ends):
        assert secret not in clipped(text, at), at
    assert clipped(text, ends - 1).startswith(LINE.strip())


def test_what_is_whole_before_a_cut_stays() -> None:
    text = f'{LINE}the "export" of 3 reports fails for everybody'

    assert clipped(text, len(text) - 3) == f'{LINE}the "export" of 3 reports fails for'


# ── who is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_item_of_a_private_source_is_named_in_its_own_channel_alone(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    terms = SourceTerms(kind="sentry", report_to=SECRET, visibility=Visibility.PRIVATE)
    policy = POLICY.model_copy(update={"sources": {"here": terms}})
    one = Unread(name="ACME-TAKEOVER-1", why="it has no id", at=NOW)
    sqlite_store.cursors.note("here", unread=[one], read=(), lacking="")

    with a_workplace(site, sqlite_store, tmp_path, policy) as place:
        told = {room: str(place.types(ADA, "/signalbox", "status", room).body) for room in (SECRET, SOLAR)}

    assert "ACME-TAKEOVER-1" in told[SECRET]
    assert "ACME-TAKEOVER-1" not in told[SOLAR]
    assert "put 1 item aside" in told[SOLAR]
