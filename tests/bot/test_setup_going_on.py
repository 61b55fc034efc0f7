"""`signalbox init` again, by somebody who had no token of the code host at first: the policy gets its repository."""

from __future__ import annotations

import pytest

from bot.policy import read_policy
from bot.setup.interview import Interview
from bot.sources import ALL_KINDS
from playground.town import Town
from playground.townsfolk import PRIYA, SOLAR
from tests.bot.typist import POLICY, Typist, tokens

pytestmark = pytest.mark.usefixtures("new_folder")

_NO_MODEL = ("Anthropic API key", "")
_CHOSEN = [("Repository:", "1"), ("What runs the tests", ""), ("issues of acme/humanize", "")]


def come_first(whole: dict[str, str]) -> None:
    typed = [
        ("xoxb-", whole["SLACK_BOT_TOKEN"]),
        ("xapp-", whole["SLACK_APP_TOKEN"]),
        _NO_MODEL,
        ("Token (Enter", ""),
        ("Sentry organization", ""),
        ("Which channel", "#solar"),
        ("reports go", ""),
        ("Who may approve", "priya"),
        ("watch, research or ask", ""),
    ]
    Interview(Typist(typed), POLICY).hold()


def come_again(*typed: tuple[str, str]) -> Typist:
    typist = Typist([_NO_MODEL, *typed])
    assert Interview(typist, POLICY).hold() is None
    assert not typist.answers
    return typist


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whoever_comes_back_with_a_token_names_the_repository_and_all_else_stays(
    small_town: Town, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    with small_town:
        come_first(whole := tokens(small_town, monkeypatch))
        before = POLICY.read_bytes().replace(b"\n", end.encode())
        POLICY.write_bytes(before)
        read = come_again(("Token (Enter", whole["GITHUB_TOKEN"]), *_CHOSEN).all_read
        for words in ("names it now", "there will be installed: pytest, attrs>=22", "This is read from setup.cfg"):
            assert words in read
        come_again()  # nothing more is asked

    policy = read_policy(POLICY, ALL_KINDS)
    [repository] = policy.repositories
    assert (repository.name, repository.requirements) == ("acme/humanize", ("pytest",))
    assert repository.requirements_from == ("setup.cfg",)
    assert policy.sources["humanize-issues"].report_to == SOLAR
    assert (policy.approvers, POLICY.read_bytes().startswith(before)) == ((PRIYA,), True)
    assert POLICY.read_bytes().count(b"\n") == POLICY.read_bytes().count(end.encode())


def test_where_it_does_not_fit_at_the_end_it_is_shown_to_be_added_by_hand(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = f'approvers = ["{PRIYA}"]\nrepositories = []\n'
    POLICY.write_text(mine, encoding="utf-8")
    with small_town:
        whole = tokens(small_town, monkeypatch)
        typed = [
            ("xoxb-", whole["SLACK_BOT_TOKEN"]),
            ("xapp-", whole["SLACK_APP_TOKEN"]),
            _NO_MODEL,
            ("Token (Enter", whole["GITHUB_TOKEN"]),
            *_CHOSEN[:2],
        ]
        Interview(typist := Typist(typed), POLICY).hold()

    assert POLICY.read_text(encoding="utf-8") == mine
    assert "Add it by hand:" in typist.all_read
    assert 'name = "acme/humanize"' in typist.all_read


def test_a_policy_with_faults_is_left_alone_and_they_are_said(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        come_first(whole := tokens(small_town, monkeypatch))
        POLICY.write_text("approvers = 1\n", encoding="utf-8")
        read = come_again(("Token (Enter", whole["GITHUB_TOKEN"])).all_read

    assert "approvers: it has to be a list" in read
    assert POLICY.read_text(encoding="utf-8") == "approvers = 1\n"
