"""A small repository open in the real sandbox, for the tests that attack it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.view import Bounds
from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.terms import Repository
from tests.fake_workspaces import make_repository

FILES = {"shop.py": "PRICE = 1\n", "test_shop.py": "import shop\n\n\ndef test_price():\n    assert shop.PRICE == 1\n"}
MIB = 1024**2
SMALL = Bounds(
    output=20_000, processes=40, memory=300 * MIB, address=300 * MIB, file=30 * MIB, scratch=8 * MIB, disk=20 * MIB
)


@dataclass
class Ground:
    """A repository, and workspaces of it."""

    home: Path
    origin: Path
    sha: str
    workspaces: SandboxWorkspaces

    @contextmanager
    def open(self, bounds: Bounds | None = None, **terms: Any) -> Iterator[SandboxWorkspace]:
        workspaces = self.workspaces if bounds is None else SandboxWorkspaces(self.mirrors, self.home, bounds)
        with closing(workspaces.open(self.repository(**terms), self.sha)) as workspace:
            yield workspace

    @property
    def mirrors(self) -> Mirrors:
        return Mirrors(self.home / "mirrors", "https://code.example")

    def repository(self, **terms: Any) -> Repository:
        return Repository(name="acme/shop", clone_url=str(self.origin), **terms)


def ground_in(folder: Path) -> Ground:
    """Everything in one folder."""
    sha = make_repository(folder / "origin", FILES)
    home = folder / "home"
    mirrors = Mirrors(home / "mirrors", "https://code.example")
    return Ground(home, folder / "origin", sha, SandboxWorkspaces(mirrors, home))


def ground_or_skip(folder: Path) -> Ground:
    """The same, for tests that mean nothing where no sandbox holds."""
    ground = ground_in(folder)
    need_sandbox(ground.workspaces.why_not(ground.repository()))
    return ground


def need_sandbox(why_not: str) -> None:
    """Skip where no sandbox can be started; where one is and something gets out of it the defect is ours."""
    if "It does not hold" in why_not:
        pytest.fail(why_not)
    if why_not:
        pytest.skip(why_not)


def image_or_skip() -> str:
    """An image with git and python, for tests of real containers: SIGNALBOX_TEST_IMAGE names one."""
    image = os.environ.get("SIGNALBOX_TEST_IMAGE", "")
    if not image:
        pytest.skip("SIGNALBOX_TEST_IMAGE names no image with git and python")
    return image


def eventually(look: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether `look` gives something true within this time."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def sleeping(marker: str) -> list[int]:
    """The processes of this machine that run `sleep` with this marker as its time."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", marker.encode()]:
            found.append(int(folder.name))
    return found


def children_of(pid: int, words: str) -> list[int]:
    """Its children that were started with these words."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if words in line]
