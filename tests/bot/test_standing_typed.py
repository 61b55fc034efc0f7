"""`/signalbox standing` through a real Bolt app, and what people read in the thread and at the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.terms import Autonomy
from playground.workspace import Message
from storage.columns import now
from storage.decisions.standing import Room
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.bot.corrections import stray_backticks
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, EVE, GUS, KIM, POLICY, SOLAR, Workplace, a_workplace, labels, text_of
from tests.factories import a_report

DRAFT = POLICY.model_copy(update={"autonomy": Autonomy.DRAFT})
GIVE = "standing give acme/app for 3d at most 2"


@pytest.fixture
def place(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    with a_workplace(site, sqlite_store, tmp_path, policy=DRAFT) as built:
        yield built


def living(place: Workplace) -> list[tuple[str, str, int]]:
    return [(each.by, each.repository, each.per_day) for each in place.store.standing.living(now())]


def types(place: Workplace, user: str, text: str, **fields: str) -> str:
    return place.types(user, "/signalbox", text, **fields).body


def mentions(place: Workplace, user: str, text: str) -> None:
    """Slack tells of it twice: as a message, and as a mention."""
    ts = place.says(user, text)
    place.event({"type": "app_mention", "channel": SOLAR, "user": user, "text": text, "ts": ts})
    place.settles()


@pytest.mark.parametrize(
    ("text", "days", "most"),
    [
        (GIVE, 3, 2),
        ("standing give app", 7, 3),
        ("STANDING give acme/app for 2 days", 2, 3),
        ("standing give `acme/app` at most 1 a day", 7, 1),
        ("standing give acme/app 3d", 3, 3),
        ("standing give <https://github.com/acme/app> for a day, at most 2", 1, 2),
    ],
)
def test_an_approver_gives_one_and_hears_what_it_allows(place: Workplace, text: str, days: int, most: int) -> None:
    answer = types(place, ADA, text)
    assert "for `acme/app` ahead" in answer
    (row,) = place.store.standing.living(now())
    assert (row.by, row.repository, row.per_day) == (ADA, "acme/app", most)
    assert round((row.until - row.given_at) / dt.timedelta(days=1), 3) == days


@pytest.mark.parametrize(
    ("user", "text", "said"),
    [
        (BOB, GIVE, "You may not do this"),
        (GUS, GIVE, "Guests cannot do this"),
        (EVE, GIVE, "Only members of this workspace"),
        ("U99GHOST", GIVE, "Only members of this workspace"),
        (ADA, "standing give acme/other", "is not one repository"),
        (ADA, "standing give acme/app for 8d", "for 7 days at most"),
        (ADA, "standing give acme/app for 0d", "for a minute at least"),
        (ADA, "standing give acme/app at most 4", "for 3 at most"),
        (ADA, "standing give acme/app at most 0", "one plan a day at least"),
        (ADA, "standing give acme/app for ever", "I cannot make out"),
        (ADA, "standing give", "I cannot make out"),
        (ADA, "standing give acme/app until 2026-01-01", "for a minute at least"),
        (ADA, "standing give acme/app until soon", "I do not know when “until soon” is"),
        (ADA, "standing stop acme/app", "No standing approval for `acme/app` is in force. Nothing was changed."),
    ],
)
def test_what_cannot_be_given_is_answered_with_why(place: Workplace, user: str, text: str, said: str) -> None:
    assert said in types(place, user, text)
    assert living(place) == []


def test_where_the_policy_asks_for_each_plan_none_can_be_given(site: Site, sqlite_store: Store, tmp_path: Path) -> None:
    with a_workplace(site, sqlite_store, tmp_path) as place:
        assert "allows no standing approvals" in types(place, ADA, GIVE)
        assert living(place) == []


def test_a_command_that_slack_delivers_again_gives_nothing_anew(place: Workplace) -> None:
    types(place, ADA, GIVE, trigger_id="7.x")
    types(place, ADA, "standing stop")
    assert "heard this very command before" in types(place, ADA, GIVE, trigger_id="7.x")
    assert living(place) == []


@pytest.mark.parametrize("words", [f"<@{{bot}}> {GIVE}", GIVE, f"/signalbox {GIVE}"])
def test_words_in_a_message_give_nothing(place: Workplace, words: str) -> None:
    """They may be passed on, edited, or read back a day later."""
    mentions(place, ADA, words.format(bot=place.bot))
    assert living(place) == []
    assert "bot" not in words or "given by the command alone" in place.whispers(ADA)[0]


def test_words_to_us_stop_one(place: Workplace) -> None:
    types(place, ADA, GIVE)
    mentions(place, ADA, f"<@{place.bot}> standing stop")
    assert living(place) == []


def test_an_approver_stops_all_of_a_repository_and_anybody_else_only_their_own(place: Workplace) -> None:
    place.store.standing.give(
        "acme/app", by=KIM, until=now() + dt.timedelta(days=1), per_day=1, key="k", at=now()
    )  # fmt: skip
    types(place, ADA, GIVE)
    assert "No standing approval of yours" in types(place, BOB, "standing stop acme/app")
    assert "Ended" in types(place, KIM, "standing stop acme/app")  # who is no approver any more ends their own
    assert living(place) == [(ADA, "acme/app", 2)]
    assert "Ended" in types(place, ADA, "standing stop app")
    assert living(place) == []


def test_a_name_that_is_misspelt_when_one_is_stopped_is_told_from_none_in_force(place: Workplace) -> None:
    types(place, ADA, GIVE)
    answer = types(place, ADA, "standing stop acme/ap")
    assert "No standing approval for `acme/ap` is in force; those in force are for `acme/app`." in answer
    assert living(place) == [(ADA, "acme/app", 2)]


def test_one_is_given_until_a_day_that_is_named(place: Workplace) -> None:
    types(place, ADA, "standing give acme/app until tomorrow")
    (row,) = place.store.standing.living(now())
    assert dt.timedelta(0) < row.until - row.given_at < dt.timedelta(days=2)


def test_everybody_in_the_workspace_sees_whose_there_are_and_how_often_used(place: Workplace) -> None:
    assert "No standing approval is in force" in types(place, BOB, "standing")
    types(place, ADA, GIVE)
    listed = types(place, BOB, "standing list")
    assert [word in listed for word in (ADA, "acme/app", "at most 2 plans a day", "it allowed 0")] == [True] * 4
    types(place, ADA, "standing stop")
    assert "Over of late" in types(place, BOB, "standing")
    assert "Guests cannot" in types(place, GUS, "standing")


def allowed(place: Workplace) -> int:
    """A report whose plan was allowed by Ada's standing approval."""
    types(place, ADA, GIVE)
    (row,) = place.store.standing.living(now())
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    place.draw(report_id)
    plan = place.store.plans.latest(report_id)
    assert plan is not None
    room = Room(now() - dt.timedelta(days=1), own=2, all=3)
    place.store.standing.allow(
        row.id or 0, plan, room, at=now(), because="standing approval of today", needed=1, named=(ADA,)
    )  # fmt: skip
    return report_id


def of(place: Workplace, report_id: int, beginning: str) -> Message:
    return next(each for each in place.draw(report_id) if each.text.startswith(beginning))


def test_the_thread_and_the_plan_say_whose_standing_approval_allowed_it_and_an_approver_stops_it(
    place: Workplace,
) -> None:
    report_id = allowed(place)

    told = of(place, report_id, "A standing approval allowed")
    assert (ADA in text_of(told), "standing approval of " in text_of(told), labels(told)) == (True, True, ["Stop"])
    assert stray_backticks(told.blocks) == []
    assert place.store.outbox.is_posted(report_id, "standing:1")
    assert "good until " in text_of(of(place, report_id, "The plan"))
    assert "approved this" not in text_of(of(place, report_id, "The plan"))
    assert "'s standing approval" in text_of(of(place, report_id, "The export"))

    for stranger in (BOB, GUS, EVE):
        place.presses(stranger, told, "Stop")
    decisions = [each.decision for each in place.store.plans.approvals(report_id)]
    assert decisions == [Decision.APPROVE, *[Decision.REFUSED] * 3]
    place.presses(ADA, told, "Stop")
    assert [each.decision for each in place.store.plans.approvals(report_id)][-1] is Decision.STOP


def test_a_stop_button_of_one_report_in_another_thread_decides_nothing(place: Workplace) -> None:
    report_id = allowed(place)
    told = of(place, report_id, "A standing approval allowed")
    other = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    elsewhere = place.draw(other.id or 0)[0]
    stop = next(each for row in told.blocks if row["type"] == "actions" for each in row["elements"])

    place.press(ADA, elsewhere, stop["action_id"], stop["value"])

    assert Decision.STOP not in [each.decision for each in place.store.plans.approvals(report_id)]


def test_the_plan_says_why_people_are_asked_although_it_is_allowed_ahead(place: Workplace) -> None:
    types(place, ADA, GIVE)
    (row,) = place.store.standing.living(now())
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = place.store.plans.latest(report.id or 0)
    assert plan is not None
    place.store.standing.turned_down(row, plan, "this is a dry run", now())

    shown = of(place, report.id or 0, "The plan")
    assert "gave a standing approval: this is a dry run." in text_of(shown)
    assert "Approve" in labels(shown)
