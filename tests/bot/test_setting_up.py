"""`signalbox init` asks a person; what they type is tried at the playground's Slack and code host."""

from __future__ import annotations

import os
import pty
import select
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from agents.errors import BadSettings
from agents.terms import Autonomy
from bot.doctor.findings import Finding
from bot.policy import read_policy
from bot.setup.interview import Interview
from bot.sources import ALL_KINDS
from playground.product import Product
from playground.town import Mind, Town
from playground.townsfolk import OLU, PRIYA, SOLAR
from tests.typed import ROOT

POLICY = Path("signalbox.toml")
_SETTINGS = ("SLACK", "GITHUB", "ANTHROPIC", "SIGNALBOX", "DATABASE", "SENTRY", "POSTHOG", "LINEAR", "ZENDESK")


@dataclass
class Typist:
    """A person who answers each question by the first answer left whose key the question has in it."""

    answers: list[tuple[str, str]]
    read: list[str] = field(default_factory=list)

    def say(self, words: str = "") -> None:
        self.read.append(words)

    def show(self, finding: Finding) -> None:
        self.read.append(f"{finding.verdict} {finding.what}: {finding.sentence}")

    def ask(self, question: str, default: str = "") -> str:
        return self._answer(question) or default

    def secret(self, question: str) -> str:
        return self._answer(question)

    def agrees(self, question: str, *, default: bool) -> bool:
        return {"y": True, "n": False}.get(self._answer(question), default)

    def _answer(self, question: str) -> str:
        self.read.append(question)
        key, answer = self.answers.pop(0) if self.answers else ("", "")
        if key not in question or not key:
            raise typer.Abort
        return answer

    @property
    def all_read(self) -> str:
        return "\n".join(self.read)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and nothing set."""
    (folder := tmp_path / "here").mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
        monkeypatch.delenv(name)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    repository = tmp_path / "product"
    (repository / "src").mkdir(parents=True)
    (repository / "src" / "a.py").write_text("a = 1\n")
    (repository / "pyproject.toml").write_text('[project]\nname = "humanize"\ndependencies = ["attrs>=22"]\n')
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "a")):
        subprocess.run([*git, *command], cwd=repository, check=True)
    return Town(tmp_path / "run", Product(repository, Path(sys.prefix), ("python", "-m", "pytest"), ""), mind=Mind.NONE)


def tokens(town: Town, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Let the addresses of the town be known; its tokens are left to be typed."""
    whole = town.environment()
    for name in ("SLACK_API_URL", "GITHUB_API_URL", "GITHUB_URL", "SENTRY_URL"):
        monkeypatch.setenv(name, whole[name])
    return whole


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
        ("Who may approve", "Priya Nair, @olu"),
        ("watch, research or ask", ""),
        ("issues of acme/humanize", ""),
    ]


def test_what_is_answered_becomes_a_policy_and_secrets_that_only_the_owner_reads(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town:
        whole = tokens(town, monkeypatch)
        Interview(typist := Typist(well_typed(whole)), POLICY).hold()

    policy = read_policy(POLICY, ALL_KINDS)
    assert policy.approvers == (PRIYA, OLU)
    assert policy.autonomy is Autonomy.ASK
    assert [(each.id, each.repository) for each in policy.channels] == [(SOLAR, "acme/humanize")]
    [repository] = policy.repositories
    assert repository.requirements == ("attrs>=22", "pytest")
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


def test_what_is_refused_is_said_and_asked_for_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with town:
        right = well_typed(whole := tokens(town, monkeypatch))
        wrong = {
            "xoxb-": [("xoxb-", "xapp-1"), ("xoxb-", "xoxb-bad"), ("all the same", "n")],
            "Token (Enter": [("Token (Enter", "bad"), ("all the same", "")],
            "Repository:": [("Repository:", "acme/none"), ("Repository:", "7")],
            "What runs the tests": [("What runs the tests", "pytest 'a")],
            "Which channel": [("Which channel", "#nowhere")],
            "Who may approve": [
                ("Who may approve", "priya, nobody"),
                ("Who may approve", "r"),
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
        answers = [each for answer in right for each in (*wrong.get(answer[0], ()), answer)]
        Interview(typist := Typist(answers), POLICY).hold()

    assert not typist.answers
    assert read_policy(POLICY, ALL_KINDS).approvers == (PRIYA, OLU)
    for said in (
        "this one begins with xapp-",
        "Slack says invalid_auth",
        "the token is refused",
        "The token sees no repository acme/none",
        "The token sees no repository 7",
        "A quotation mark is not closed.",
        "There is no channel #nowhere that the bot sees.",
        "The workspace has no full member called nobody",
        "r may be ",
        "draft is none of them.",
        "bad SENTRY_TOKEN: ",
    ):
        assert said in typist.all_read


def test_whoever_stops_goes_on_with_what_is_missing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with town:
        right = well_typed(tokens(town, monkeypatch))
        with pytest.raises(typer.Abort):
            Interview(Typist(right[:3]), POLICY).hold()
        assert not POLICY.exists()
        Interview(again := Typist(right[2:]), POLICY).hold()

    assert "good Slack bot token: signalbox in Acme" in again.all_read
    assert POLICY.exists()


def test_a_policy_that_is_there_stays_and_nothing_is_asked_about_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    POLICY.write_text("# mine\n", encoding="utf-8")
    with town:
        right = well_typed(tokens(town, monkeypatch))
        assert Interview(Typist(right[:4]), POLICY).hold() is None
    assert POLICY.read_text(encoding="utf-8") == "# mine\n"


def test_a_refused_token_of_the_shell_cannot_be_mended_in_the_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with town:
        tokens(town, monkeypatch)
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-old")
        with pytest.raises(BadSettings, match=r"set in this shell, which counts more than \.env"):
            Interview(Typist([]), POLICY).hold()


def test_without_slack_it_ends_and_says_what_to_come_back_with() -> None:
    with pytest.raises(BadSettings, match="Without Slack's two tokens"):
        Interview(Typist([("xoxb-", "")]), POLICY).hold()


def test_typed_at_a_terminal_it_asks_tries_writes_and_has_the_doctor_look(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town:
        whole = tokens(town, monkeypatch)
        answers = [*well_typed(whole), ("the doctor look", "y")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "200"}
        shown, code = at_terminal([sys.executable, "-m", "bot", "init"], environment, answers)

    assert code == 0, shown
    assert "manifest_json=" in shown
    assert "good  channel C07SOLAR: #solar" in shown
    assert "good  source humanize-issues: answers" in shown
    assert "good  source humanize-errors: answers" in shown
    assert "signalbox run" in shown
    assert whole["SLACK_BOT_TOKEN"] not in shown


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
