"""Before a plan expires those who may approve it hear so in its thread: once, by day, and not of what they know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agents.hours import workdays_after, working_time_after
from agents.people.reminding import Reminding
from agents.terms import Waits
from playground.workspace import Message
from storage.columns import now
from storage.status import Mover, Status
from storage.store import Store
from tests.bot.life import Life, with_a_plan
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, POLICY, SOLAR, Workplace, a_workplace, text_of
from tests.factories import a_report
from tests.fakes import PlainCheckpoint

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NAMED = "'user_id': '{}"
LONG = POLICY.model_copy(update={"waits": Waits()})  # three days for a plan


@pytest.fixture
def place(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    with a_workplace(site, sqlite_store, tmp_path, policy=LONG) as built:
        yield built


def three_in_the_morning(days: int) -> dt.datetime:
    """Of the next Tuesday, and so many days later: a plan shown at ten then waits until Friday at ten."""
    at = (now() + DAY).replace(hour=3, minute=0, second=0, microsecond=0)
    return at + ((1 - at.weekday()) % 7 + days) * DAY


def waiting(place: Workplace) -> Life:
    """A plan that is shown on Tuesday at ten."""
    life = Life(place)
    life.researched()
    at = three_in_the_morning(0) + 7 * HOUR
    place.messenger(clock=lambda: at).draw(life.id, "shown")
    return life


def reminded(place: Workplace, at: dt.datetime, **policy: object) -> list[Message]:
    """What the thread of the only report says of its plan's end after the job looked."""
    means = replace(place.deps.pipeline.means, clock=lambda: at)
    Reminding(replace(means, policy=place.policy.model_copy(update=policy))).remind(PlainCheckpoint())
    place.messenger(policy=place.policy.model_copy(update=policy)).draw(1, f"drawn at {at}")
    return [each for each in place.thread(1) if "expire" in each.text]


def test_approvers_hear_once_by_day_in_the_last_quarter_of_its_time(place: Workplace) -> None:
    waiting(place)
    hours = (0, 53, 63, 75, 76, 77, 78)  # from Tuesday at three to Friday at nine
    said = [len(reminded(place, three_in_the_morning(0) + each * HOUR)) for each in hours]
    assert said == [0, 0, 0, 0, 1, 1, 1]

    (told,) = reminded(place, three_in_the_morning(3) + 6 * HOUR)
    assert told.text == "The plan expires in 3 h."
    assert NAMED.format(ADA) in text_of(told)
    assert "has to decide" in text_of(told)


def test_a_plan_that_ends_on_monday_morning_is_told_of_on_friday(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    wednesday = three_in_the_morning(1) + 7 * HOUR
    place.messenger(clock=lambda: wednesday).draw(life.id, "shown")
    plan = place.store.plans.latest(life.id)
    assert plan is not None
    assert plan.expires_at == wednesday + 5 * DAY

    friday = three_in_the_morning(3)
    assert reminded(place, friday + 12 * HOUR) == []
    assert len(reminded(place, friday + 13 * HOUR)) == 1


def test_it_is_a_reply_in_the_thread_and_is_no_question_any_more_once_decided(place: Workplace) -> None:
    life = waiting(place)
    (told,) = reminded(place, three_in_the_morning(3) + 5 * HOUR)
    assert told.thread_ts == place.store.outbox.of_report(life.id)["card"].ts
    life.approved()

    life.draw()
    (told,) = [each for each in place.thread(life.id) if each.ts == told.ts]
    assert NAMED.format(ADA) not in text_of(told)
    assert "was about to expire" in text_of(told)


def is_asleep(life: Life) -> None:
    life.store.sleeps.lay(life.id, now() + 30 * DAY, by=ADA)


def is_taken(life: Life) -> None:
    life.store.takings.take(life.id, BOB)


def is_dismissed(life: Life) -> None:
    life.move(Status.DISMISSED, Mover.HUMAN, ADA, "no")


@pytest.mark.parametrize("known", [is_asleep, is_taken, is_dismissed, Life.approved])
def test_nobody_is_reminded_of_what_sleeps_is_taken_or_decided(place: Workplace, known: Callable[[Life], None]) -> None:
    known(waiting(place))
    assert reminded(place, three_in_the_morning(3) + 5 * HOUR) == []


@pytest.mark.parametrize(
    "policy", [{"waits": Waits(approval=20 * 3_600)}, {"approvers": ()}, {"timezone": "Asia/Tokyo"}]
)
def test_nobody_is_reminded_of_what_waits_for_hours_for_nobody_or_at_night(
    place: Workplace, policy: dict[str, object]
) -> None:
    waiting(place)
    assert reminded(place, three_in_the_morning(3) + 6 * HOUR, **policy) == []


@pytest.mark.parametrize("before", [True, False])
def test_of_many_who_approved_there_last_is_asked_by_name_or_nobody(place: Workplace, before: bool) -> None:
    many = (ADA, *(f"U{number}MANY" for number in range(5)))
    life = waiting(place)
    if before:
        a_report(place.store, channel=SOLAR)
        other = with_a_plan(place)
        other.approved()
    (told,) = reminded(place, three_in_the_morning(3) + 5 * HOUR, approvers=many)

    assert all(words in text_of(told) for words in ("One of 6 approvers", " has to decide"))
    assert (NAMED.format(ADA) in text_of(told)) is before
    assert life.id == 1


def test_three_days_are_working_days() -> None:
    friday = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
    assert workdays_after(friday, 18 * 3_600, "UTC") == dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    assert working_time_after(friday, 18 * 3_600, "UTC") == dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
