"""The port People: what holds for Slack's people and for those of the tests."""

from __future__ import annotations

import pytest

from agents.errors import SlackDown
from agents.ports import People
from agents.rules import Person, may_ask
from bot.people import SlackPeople
from playground.faults import Fault, Kind, Moment
from tests.bot.workplace import ADA, BOB, EVE, GUS, KIM, SECRET, SOLAR, TEAM, Workplace
from tests.fakes import KnownPeople


def fake() -> KnownPeople:
    others = {
        GUS: Person(GUS, TEAM, is_guest=True),
        EVE: Person(EVE, "T09OTHER", is_stranger=True),
        "U05ALERT": Person("U05ALERT", TEAM, is_bot=True),
        "U99GHOST": Person("U99GHOST", "", is_stranger=True),
    }
    return KnownPeople(TEAM, others, outside={(BOB, SECRET), ("U99GHOST", SOLAR)})


@pytest.fixture(params=["slack", "fake"])
def people(request: pytest.FixtureRequest, place: Workplace) -> People:
    return SlackPeople(place.writer) if request.param == "slack" else fake()


def test_full_members_are_told_from_guests_bots_strangers_and_nobody(people: People) -> None:
    assert people.home_team == TEAM
    may = [not may_ask(people.person(each), people.home_team) for each in (ADA, KIM, GUS, EVE, "U05ALERT", "U99GHOST")]
    assert may == [True, True, False, False, False, False]


def test_who_is_in_a_channel_is_known(people: People) -> None:
    assert [people.is_in(ADA, SECRET), people.is_in(BOB, SECRET), people.is_in("U99GHOST", SOLAR)] == [
        True,
        False,
        False,
    ]


def test_nobody_is_known_while_slack_does_not_answer(place: Workplace) -> None:
    place.faults.plan(Fault("slack:users.info", Moment.RECEIPT, Kind.REFUSE, times=99))
    with pytest.raises(SlackDown):
        SlackPeople(place.writer).person(BOB)
    with pytest.raises(SlackDown):
        KnownPeople(TEAM, down=True).person(BOB)
