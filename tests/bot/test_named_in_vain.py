"""Teams, labels and tags of the policy that a source does not have are named by the doctor and by a preview."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sources.naming import missing, named_in_vain, strange
from playground.codehost import CodeHost
from playground.faults import Fault, Faults, Kind, Moment
from playground.linear import Linear
from playground.town import Town
from playground.zendesk import Zendesk
from tests.bot import test_doctor, test_github_issues, test_linear, test_zendesk
from tests.typed import typed

host, linear, zendesk = test_github_issues.host, test_linear.linear, test_zendesk.zendesk
town = test_doctor.town
NOTHING = "nothing comes by that name, correct it in the policy"


def test_what_is_there_however_it_is_written_is_not_missed() -> None:
    assert missing({"Bug", "crash"}, ["BUG", "Crash", "ui"]) == []
    assert missing({"bugs", "ui"}, ["bug", "ui"]) == ["bugs"]


def test_of_many_names_those_most_like_it_are_told() -> None:
    many = [f"area {number}" for number in range(40)]

    assert strange("label", "bgu", [*many, "bug"]) == "label bgu does not exist; there are bug and 40 others"
    assert strange("label", "zz", many).startswith("label zz does not exist; there are area 0, area 1, ")
    assert strange("tag", "x", []) == "tag x does not exist; there is none at all"


def test_a_team_and_a_label_that_linear_does_not_have(linear: Linear) -> None:
    linear.put(test_linear.issue("ENG-1", labels=("Bug", "export")))
    linear.add_team("OPS")

    assert named_in_vain(test_linear.source(linear, teams="ENGG, ops", labels="bug, exprt")) == (
        f"team ENGG does not exist; there are ENG, OPS; {NOTHING}",
        f"label exprt does not exist; there are Bug, export; {NOTHING}",
    )
    assert named_in_vain(test_linear.source(linear, teams="ENG", labels="bug")) == ()
    assert named_in_vain(test_linear.source(linear)) == ()


def test_a_label_that_the_repository_does_not_have(host: CodeHost) -> None:
    host.open_issue("acme/shop", 3, "Zero", "", user="ada", labels=["Bug", "UI"])

    assert named_in_vain(test_github_issues.github_source(host, labels="bug, crsh")) == (
        f"label crsh does not exist; there are Bug, UI; {NOTHING}",
    )
    assert named_in_vain(test_github_issues.github_source(host, labels="BUG")) == ()


def test_a_tag_that_no_ticket_has(zendesk: Zendesk) -> None:
    zendesk.open(test_zendesk.ticket(tags=("overview", "login")))

    assert named_in_vain(test_zendesk.source(zendesk, tags="overveiw login")) == (
        f"tag overveiw does not exist; there are login, overview (of those that tickets have); {NOTHING}",
    )


def test_what_cannot_be_looked_up_is_said_to_be(linear: Linear, faults: Faults) -> None:
    faults.plan(Fault("linear:graphql", Moment.RECEIPT, Kind.REFUSE, status=500))

    (sentence,) = named_in_vain(test_linear.source(linear, teams="ENG"))

    assert sentence.startswith("whether all that the policy names exists could not be looked up: Linear answered 500")


@pytest.mark.parametrize("words", [("doctor",), ("pull", "platform-tracker", "--preview")])
def test_a_person_reads_it(town: Town, words: tuple[str, ...]) -> None:
    with town:
        policy: Path = next(town.root.glob("*.toml"))
        policy.write_text(policy.read_text().replace('teams = "PLAT"', 'teams = "PLATT"'))
        done = typed(*words, folder=town.root, environment=test_doctor.surroundings(town))

    assert "team PLATT does not exist; there is PLAT; nothing comes by that name" in done.stdout
