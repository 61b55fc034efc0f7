"""Somebody who sets the bot up: types answers, in an empty folder, against the playground."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from bot.doctor.findings import Finding
from playground.product import Product
from playground.town import Mind, Town

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


def enter_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, with nothing set."""
    (folder := tmp_path / "here").mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
        monkeypatch.delenv(name)


def a_small_town(tmp_path: Path) -> Town:
    """With a repository of a few lines."""
    repository = tmp_path / "product"
    (repository / "src").mkdir(parents=True)
    (repository / "src" / "a.py").write_text("a = 1\n")
    (repository / "setup.cfg").write_text(
        "[metadata]\nname = humanize\n[options]\ninstall_requires = file: needs/all.txt\n"
    )
    (repository / "needs").mkdir()
    (repository / "needs" / "all.txt").write_text("-r base.txt\n")
    (repository / "needs" / "base.txt").write_text("attrs>=22\n")
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
