"""A small repository on a code host, served on loopback, with a real PyGithub client and a real git clone."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from github import Auth, Github
from github.Repository import Repository

from playground.codehost import TOKEN, CheckRunner, CodeHost, Permission
from playground.codehost.git import run_git
from playground.faults import Faults
from tests.playground.staging import Serve

T = TypeVar("T")
REPO = "acme/adder"
CODE = "def add(a, b):\n    return a + b\n"
TEST = """import unittest
from adder import add


class Adds(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(add(2, 2), 4)
"""
UNITTEST = (sys.executable, "-m", "unittest", "-v")
AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.example")


def git(*arguments: str, at: Path) -> str:
    """Run git with an author set; the answer is what it printed, on either stream."""
    done = run_git(*AUTHOR, *arguments, at=at)
    return (done.stdout + done.stderr).decode()


def eventually(look: Callable[[], T], seconds: float = 15.0) -> T:
    """What `look` gives once it is truthy; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


@dataclass
class Place:
    """A served code host with one repository, `acme/adder`, of which `clone` is a working copy."""

    host: CodeHost
    faults: Faults
    url: str
    clone: Path

    def client(self, token: str = TOKEN) -> Github:
        return Github(
            base_url=self.url,
            auth=Auth.Token(token),
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            timeout=10,
        )

    def repo(self, token: str = TOKEN) -> Repository:
        return self.client(token).get_repo(REPO)

    def remote(self, token: str = TOKEN) -> tuple[str, ...]:
        """Git options that present a token, as the bot's host does when it pushes."""
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return ("-c", f"http.extraHeader=Authorization: Basic {basic}")

    def push(self, branch: str, code: str = CODE + "\n\nTWO = 2\n", token: str = TOKEN) -> str:
        """Commit `code` on a new or known branch, push it over HTTP, and return the commit's sha."""
        git("checkout", "-q", "-B", branch, at=self.clone)
        (self.clone / "adder.py").write_text(code)
        git("commit", "-qam", f"Change {branch}", at=self.clone)
        git(*self.remote(token), "push", "-q", f"{self.url}/{REPO}.git", branch, at=self.clone)
        git("checkout", "-q", branch, at=self.clone)
        return git("rev-parse", "HEAD", at=self.clone).strip()

    def back_to_main(self) -> None:
        git("checkout", "-q", "main", at=self.clone)


Opener = Callable[[CheckRunner | None], Place]


def make_repository(at: Path) -> Path:
    at.mkdir(parents=True)
    (at / "adder.py").write_text(CODE)
    (at / "test_adder.py").write_text(TEST)
    (at / "docs").mkdir()
    (at / "docs" / "note.md").write_text("A note.\n")
    run_git("init", "-q", "-b", "main", at=at)
    git("add", "-A", at=at)
    git("commit", "-qm", "First", at=at)
    return at


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("source") / "adder")


@pytest.fixture
def open_place(tmp_path: Path, template: Path, serve_app: Serve) -> Iterator[Opener]:
    """Opens a place, whose host stops when the test ends."""
    faults = Faults()
    opened: list[CodeHost] = []

    def open_one(checks: CheckRunner | None = None) -> Place:
        host = CodeHost(tmp_path / "root", faults, checks=checks)
        host.add_repository(REPO, template)
        host.add_person("dana", Permission.WRITE, "Dana Dev")
        host.add_person("lee", Permission.ADMIN)
        run_git("clone", "-q", str(template), str(tmp_path / "clone"), at=tmp_path)
        opened.append(host)
        return Place(host, faults, serve_app(host.app), tmp_path / "clone")

    yield open_one
    for host in opened:
        host.stop()


@pytest.fixture
def place(open_place: Opener) -> Place:
    """A place without checks."""
    return open_place(None)
