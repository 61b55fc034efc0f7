"""Commands as people type them at a shell."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.errors import BadSettings
from bot.cli import command_line
from bot.encoders import vectoriser_of


@pytest.mark.parametrize(("command", "option"), [("demo", "--without-model"), ("evals", "COMMAND")])
def test_what_is_run_elsewhere_tells_its_own_options(command: str, option: str) -> None:
    asked = [sys.executable, "-m", "bot", command, "--help"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)

    assert (said.returncode, said.stderr) == (0, "")
    assert option in said.stdout


@pytest.mark.parametrize("typed", [[], ["--help"], ["pul"]])
def test_who_names_no_command_is_shown_all_of_them(typed: list[str]) -> None:
    names = [each.name for each in command_line(typed).registered_commands]

    assert names == ["init", "run", "worker", "migrate", "copy", "doctor", "demo", "evals", "pull", "runs",
                     "outcomes", "approvals", "schema"]  # fmt: skip
    assert [each.name for each in command_line(["pull", "--help"]).registered_commands] == ["pull"]


def test_it_says_which_version_it_is() -> None:
    told = CliRunner().invoke(command_line(["--version"]), ["--version"])

    assert (told.exit_code, told.stdout) == (0, f"signalbox {importlib.metadata.version('signalbox')}\n")


def test_a_folder_of_the_transformer_may_begin_at_home(tmp_path: Path) -> None:
    """A file of settings has no shell that would say where that is."""
    with pytest.raises(BadSettings, match="could not be loaded from") as refused:
        vectoriser_of("~/no-such-transformer", tmp_path)

    assert f"{Path.home()}/no-such-transformer" in str(refused.value)
