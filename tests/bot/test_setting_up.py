"""`signalbox init` asks a person; what they type is tried at the playground's Slack and code host."""

from __future__ import annotations

import os
import pty
import select
import stat
import subprocess
import sys
import termios
import time
from pathlib import Path
from threading import Event

import pytest
import typer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.errors import BadSettings
from agents.terms import Autonomy, Budgets
from bot.policy import read_policy
from bot.setup.interview import Interview
from bot.setup.variables import is_open_to_others, of_this_shell
from bot.sources import ALL_KINDS
from playground.loopback import Loopback
from playground.town import Town
from playground.townsfolk import OLU, PRIYA, SOLAR
from tests.bot.typist import POLICY, Typist, tokens
from tests.typed import ROOT

pytestmark = pytest.mark.usefixtures("new_folder")


def well_typed(whole: dict[str, str]) -> list[tuple[str, str]]:
    return [
        ("xoxb-", whole["SLACK_BOT_TOKEN"]),
        ("xapp-", whole["SLACK_APP_TOKEN"]),
        ("Anthropic API key", ""),
        ("Token (Enter", whole["GITHUB_TOKEN"]),
        ("Repository:", "1"),
        ("What runs the tests", ""),
        ("Sentry organization", "acme"),
        ("Project", "solar-dashboard"),
        ("internal integration", whole["SENTRY_TOKEN"]),
        ("Which channel", "#solar"),
        ("reports go", ""),
        ("Who may approve", "priya, @olu"),
        ("watch, research or ask", ""),
        ("issues of acme/humanize", ""),
    ]


def test_what_is_answered_becomes_a_policy_and_secrets_that_only_the_owner_reads(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        whole = tokens(small_town, monkeypatch)
        Interview(typist := Typist(well_typed(whole)), POLICY).hold()

    policy = read_policy(POLICY, ALL_KINDS)
    assert policy.approvers == (PRIYA, OLU)
    assert (policy.autonomy, policy.timezone) == (Autonomy.ASK, "Etc/UTC")  # as the playground's Slack knows it
    assert [(each.id, each.repository) for each in policy.channels] == [(SOLAR, "acme/humanize")]
    assert f"\nreport_usd = {Budgets().report_usd}  # " in POLICY.read_text(encoding="utf-8")
    [repository] = policy.repositories
    assert (repository.requirements_from, repository.requirements) == (("setup.cfg",), ("pytest",))
    assert repository.test_environment == {"PYTHONPATH": "src"}
    assert {name: each.options for name, each in policy.sources.items()} == {
        "humanize-issues": {"repository": "acme/humanize"},
        "humanize-errors": {"organization": "acme", "query": "is:unresolved project:solar-dashboard"},
    }
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    kept = Path(".env").read_text(encoding="utf-8")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GITHUB_TOKEN"):
        assert f"{name}={whole[name]}\n" in kept
        assert whole[name] not in typist.all_read.replace("signalbox-playground", "")


_TOLD = (  # of what is refused
    "this one begins with xapp-",
    "Slack says invalid_auth",
    "the token is refused",
    "The token sees no repository acme/none",
    "The token sees no repository 7",
    "A quotation mark is not closed.",
    "There is no channel #nowhere that the bot sees.",
    "The workspace has no full member called nobody",
    "r may be ",
    "adey may be Olu Adeyemi (U05OLU): type the whole name, or the id.",
    "Approvers: Priya Nair (U01PRIYA); Olu Adeyemi (U05OLU)",
    "draft is none of them.",
    "bad SENTRY_TOKEN: ",
)


def test_what_is_refused_is_said_and_asked_for_again(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_town:
        right = well_typed(whole := tokens(small_town, monkeypatch))
        wrong = {
            "xoxb-": [("xoxb-", "xapp-1"), ("xoxb-", "xoxb-bad"), ("all the same", "n")],
            "Token (Enter": [("Token (Enter", "bad"), ("all the same", "")],
            "Repository:": [("Repository:", "acme/none"), ("Repository:", "7")],
            "What runs the tests": [("What runs the tests", "pytest 'a")],
            "Which channel": [("Which channel", "#nowhere")],
            "Who may approve": [
                ("Who may approve", "priya, nobody"),
                ("Who may approve", "r"),
                ("Who may approve", "adey"),
                ("Who may approve", ""),
            ],
            "watch, research or ask": [("watch, research or ask", "draft")],
            "Sentry organization": [
                ("Sentry organization", "nobody"),
                ("Project", ""),
                ("internal integration", whole["SENTRY_TOKEN"]),
                ("all the same", "n"),
                ("internal integration", ""),
            ],
        }
        typed = [each for answer in right for each in (*wrong.get(answer[0], ()), answer)]
        Interview(typist := Typist(typed), POLICY).hold()

    assert not typist.answers
    assert read_policy(POLICY, ALL_KINDS).approvers == (PRIYA, OLU)
    assert not [said for said in _TOLD if said not in typist.all_read]


def test_whoever_stops_goes_on_with_what_is_missing(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_town:
        right = well_typed(tokens(small_town, monkeypatch))
        with pytest.raises(typer.Abort):
            Interview(Typist(right[:3]), POLICY).hold()
        assert not POLICY.exists()
        Interview(again := Typist(right[2:]), POLICY).hold()

    assert "good Slack bot token: signalbox in Acme" in again.all_read
    assert POLICY.exists()


def test_a_policy_that_is_there_stays_and_nothing_is_asked_about_it(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = '# mine\napprovers = ["U01PRIYA"]\n[[repositories]]\nname = "acme/other"\n'
    POLICY.write_text(mine, encoding="utf-8")
    with small_town:
        right = well_typed(tokens(small_town, monkeypatch))
        assert Interview(typist := Typist(right[:4]), POLICY).hold() is None
    assert (POLICY.read_text(encoding="utf-8"), typist.answers) == (mine, [])


def test_a_refused_token_of_the_shell_cannot_be_mended_in_the_file(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        tokens(small_town, monkeypatch)
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-old")
        with pytest.raises(BadSettings, match=r"set in this shell, which counts more than \.env"):
            Interview(Typist([]), POLICY).hold()


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("SLACK_APP_TOKEN=xoxb-1\n", "SLACK_APP_TOKEN: an App-Level Token begins with xapp-"),
        ("SIGNALBOX_METRICS=somewhere\n", "SIGNALBOX_METRICS: it has to be an address"),
        ("no variable at all\n", "lines that set no variable"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_before_anything_is_asked(kept: str, told: str) -> None:
    Path(".env").write_text(kept, encoding="utf-8")
    with pytest.raises(BadSettings, match=told) as raised:
        Interview(Typist([]), POLICY).hold()
    assert str(Path(".env").absolute()) in str(raised.value)


def test_a_policy_that_could_not_be_written_costs_no_answers() -> None:
    with pytest.raises(BadSettings, match="there is no such folder"):
        Interview(Typist([]), Path("no/such/folder/policy.toml")).hold()


def test_a_pasted_line_is_taken_for_the_token_in_it(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_town:
        bot = tokens(small_town, monkeypatch)["SLACK_BOT_TOKEN"]
        with pytest.raises(typer.Abort):
            Interview(Typist([("xoxb-", f'export SLACK_BOT_TOKEN="{bot}"')]), POLICY).hold()
    assert Path(".env").read_text(encoding="utf-8") == f"SLACK_BOT_TOKEN={bot}\n"


def test_an_empty_variable_of_the_shell_hides_none_of_the_file(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        Path(".env").write_text(
            f"SLACK_BOT_TOKEN={tokens(small_town, monkeypatch)['SLACK_BOT_TOKEN']}\n", encoding="utf-8"
        )
        monkeypatch.setenv("SLACK_BOT_TOKEN", "")
        with pytest.raises(BadSettings, match="two tokens"):
            Interview(typist := Typist([("xapp-", "")]), POLICY).hold()
    assert "good Slack bot token" in typist.all_read


def test_whoever_has_tokens_in_this_shell_alone_or_open_to_others_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_open_to_others()
    (file := Path(".env")).write_text("GITHUB_TOKEN=1\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("GITHUB_TOKEN", "2")
    monkeypatch.setenv("SENTRY_TOKEN", "3")

    assert not is_open_to_others()
    file.chmod(0o644)
    assert is_open_to_others()
    assert of_this_shell(["GITHUB_TOKEN", "SENTRY_TOKEN", "ANTHROPIC_API_KEY"]) == ["SENTRY_TOKEN"]


def test_without_slack_it_ends_and_says_what_to_come_back_with() -> None:
    with pytest.raises(BadSettings, match="Without Slack's two tokens"):
        Interview(Typist([("xoxb-", "")]), POLICY).hold()


def test_typed_at_a_terminal_it_asks_tries_writes_and_has_the_doctor_look(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        whole = tokens(small_town, monkeypatch)
        typed = [*well_typed(whole), ("the doctor look", "y")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "200"}
        shown, code = at_terminal([sys.executable, "-m", "bot", "init"], environment, typed)

    assert code == 0, shown
    assert "manifest_json=" in shown
    assert "good  channel C07SOLAR: #solar" in shown
    assert "good  source humanize-issues: answers" in shown
    assert "good  source humanize-errors: answers" in shown
    assert "signalbox run" in shown
    assert whole["SLACK_BOT_TOKEN"] not in shown


def test_a_secret_is_hidden_before_it_is_asked_for_and_while_it_is_tried() -> None:
    ours, theirs = pty.openpty()
    tried, answered = Event(), Event()

    def hold(_: Request) -> JSONResponse:
        tried.set()
        answered.wait(60)
        return JSONResponse({"ok": False, "error": "invalid_auth"})

    with Loopback(Starlette(routes=[Route("/auth.test", hold, methods=["POST"])])) as slack:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "SLACK_API_URL": f"{slack.url}/"}
        command = [sys.executable, "-m", "bot", "init"]
        started = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)  # so that nothing more can be read here once it has ended
        until(ours, "it is not shown")
        assert not shows_what_is_typed(ours)
        os.write(ours, b"xoxb-1\n")
        assert tried.wait(60)
        assert not shows_what_is_typed(ours)
        answered.set()
        until(ours, "all the same?")
        assert shows_what_is_typed(ours)
        os.write(ours, b"\x04")
        until(ours, "Stopped.")
        assert started.wait(30) == 1
    os.close(ours)


def until(terminal: int, words: str) -> None:
    shown = ""
    while words not in shown:
        shown += os.read(terminal, 65_536).decode(errors="replace")


def shows_what_is_typed(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def at_terminal(command: list[str], environment: dict[str, str], answers: list[tuple[str, str]]) -> tuple[str, int]:
    """What is shown at a terminal where somebody types each answer once its question stands there."""
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown, seen, left, end = "", 0, list(answers), time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 65_536).decode(errors="replace")
            except OSError:  # it ended, and nobody holds the other side
                break
        elif left and left[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(ours, f"{left.pop(0)[1]}\n".encode())
    os.close(ours)
    return shown, started.wait(30)
