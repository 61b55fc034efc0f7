"""What a command that ends says of what did not answer, and what its start does not say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agents.errors import BadSettings, CodeHostDown, ModelDown, SlackDown, SourceDown
from bot.ending import last_words, without_promise
from storage.errors import SignalboxError
from tests.typed import ROOT, typed

NOBODY = "http://127.0.0.1:1"


def told(folder: Path, *words: str, anew: bool = False) -> tuple[int, str]:
    (folder / "signalbox.toml").write_text(
        'approvers = ["U012AB3CD"]\n[[repositories]]\nname = "acme/shop"\n'
        '[sources.errors]\nkind = "sentry"\nreport_to = "C012AB3CD"\noptions = { organization = "acme" }\n',
        encoding="utf-8",
    )
    done = typed(
        *words,
        folder=folder,
        anew=anew,
        environment={
            "PATH": os.environ["PATH"],
            "COLUMNS": "400",
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "SLACK_API_URL": f"{NOBODY}/api/",
            "SENTRY_URL": NOBODY,
            "SENTRY_TOKEN": "t",
            "ANTHROPIC_API_KEY": "k",
            "ANTHROPIC_BASE_URL": NOBODY,
            "GITHUB_API_URL": NOBODY,
        },
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("error", "right"),
    [
        (SlackDown("Slack did not answer auth_test (URLError); it is tried again."), "SLACK_API_URL"),
        (SourceDown("Sentry answered 503; shop-errors is read again later"), "address of the source"),
        (CodeHostDown("It did not answer; it is tried again later"), "GITHUB_API_URL"),
        (ModelDown("Claude limits our rate (429); it is asked again later."), "ANTHROPIC_BASE_URL"),
    ],
)
def test_a_command_that_ends_promises_nothing_and_says_what_to_do(error: SignalboxError, right: str) -> None:
    said = last_words(error, "signalbox run")

    assert "again later" not in said
    assert "tried again" not in said
    assert right in said
    assert said.endswith("then type `signalbox run` again.")
    assert last_words(BadSettings("Set X."), "signalbox run") == "Set X."


def test_what_follows_a_promise_stays_a_sentence_of_its_own() -> None:
    said = "Claude cannot be reached at X; it is asked again later. If this lasts, check the network."
    assert without_promise(said) == "Claude cannot be reached at X. If this lasts, check the network."


def test_run_without_slack_ends_with_what_to_check(tmp_path: Path) -> None:
    code, said = told(tmp_path, "run", anew=True)

    assert code == 1
    assert "tried again" not in said
    assert "SLACK_API_URL, then type `signalbox run` again." in said


@pytest.mark.parametrize("words", [("errors",), ("errors", "--preview")])
def test_a_pull_that_gets_no_answer_says_what_to_do(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = told(tmp_path, "pull", *words)

    assert code == 1
    assert "read again later" not in said
    assert "type `signalbox pull errors` again" in said


def test_the_doctor_says_what_to_check_and_not_what_a_library_said(tmp_path: Path) -> None:
    code, said = told(tmp_path, "doctor")

    assert code == 1
    for raw in ("HTTPConnectionPool", "urlopen", "Max retries", "read again later"):
        assert raw not in said
    for what in ("SLACK_API_URL", "ANTHROPIC_BASE_URL", "GITHUB_API_URL", "the address of the source"):
        assert f"{what}" in said
    assert said.count("type `signalbox doctor` again") >= 4


def test_a_start_does_not_warn_of_the_token_that_stands_in_the_environment() -> None:
    program = """
import json, logging, sys
from types import SimpleNamespace
from slack_sdk import WebClient
from bot.listeners import build_slack_app
from bot.log import configure_logging
configure_logging("info")
deps = SimpleNamespace()
app = build_slack_app(deps, WebClient("xoxb-1"))
print(json.dumps(logging.getLogger("slack_bolt.App").level))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SLACK_BOT_TOKEN": "xoxb-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout) == 40, done.stderr
    assert done.stderr == ""


def test_a_bot_that_was_told_to_end_does_not_wait_for_the_job_in_its_hands() -> None:
    script = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
import bot.commands.run
from bot.cli import main

def live(_):
    ThreadPoolExecutor().submit(time.sleep, 600)  # as the engine's threads: Python waits for them at its end
    print("was told to end")

bot.commands.run._live = live
sys.argv = ["signalbox", "run"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (0, "was told to end\n"), done.stderr


def test_a_signal_that_another_thread_is_handed_is_heard() -> None:
    script = """
import signal, threading, time
import bot.commands.run

def hand():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(600)

threading.Thread(target=hand, daemon=True).start()
bot.commands.run._until_told()
print("told")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stdout == "told\n", done.stderr
