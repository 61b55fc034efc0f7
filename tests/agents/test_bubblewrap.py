"""Work in the sandbox: what it may use, how it ends when it takes too much, and where its programs come from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agents.adapters.sandbox import process_groups
from agents.adapters.sandbox.bubblewrap import Bubblewrap
from agents.adapters.sandbox.view import Bounds
from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.errors import SandboxUnusable
from tests.agents.sandboxed import MIB, SMALL, Ground, ground_or_skip, sleeping

FORKS = """
import os, time
made = 0
try:
    while made < 1000:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except OSError as error:
    print(made, error.strerror)
time.sleep({pause})
"""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground_or_skip(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def workspace(ground: Ground) -> Iterator[SandboxWorkspace]:
    with ground.open() as workspace:
        yield workspace


@pytest.fixture(scope="module")
def small(ground: Ground) -> Iterator[SandboxWorkspace]:
    """A workspace that may use little."""
    with ground.open(SMALL) as workspace:
        yield workspace


def said(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("sh", "-c", script), seconds=20).output


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_fork_bomb_stays_small(small: SandboxWorkspace) -> None:
    ran = small.run(("python", "-c", FORKS.format(pause=0)), seconds=20)
    if ran.exit_code == 0:  # the kernel refused to make more
        assert int(ran.output.split()[0]) < SMALL.processes
    else:  # it was seen, and ended
        assert (ran.exit_code, "more than 40 processes" in ran.output) == (137, True)


def test_a_fork_bomb_is_ended_where_the_kernel_bounds_nothing(ground: Ground) -> None:
    if os.getuid() != 0:
        pytest.skip("a limit of the user stops it before it is seen")
    with ground.open(SMALL) as workspace:
        assert isinstance(workspace._sandbox, Bubblewrap)
        workspace._sandbox._groups = None
        ran = workspace.run(("python", "-c", FORKS.format(pause=60)), seconds=20)
    assert ran.exit_code == 137
    assert "more than 40 processes" in ran.output
    assert ran.seconds < 10


def test_one_process_cannot_have_more_memory_than_all_may(small: SandboxWorkspace) -> None:
    ran = small.run(("python", "-c", "x = bytearray(400 * 1024 ** 2)"))
    assert ran.exit_code == 1
    assert "MemoryError" in ran.output


def test_a_process_that_may_reserve_much_is_ended_once_it_uses_it(ground: Ground) -> None:
    with ground.open(replace(SMALL, address=Bounds().address)) as workspace:
        ran = workspace.run(("python", "-c", "import time; x = b'1' * 400 * 1024 ** 2; time.sleep(60)"), seconds=30)
    assert (ran.exit_code, "more than 300 MiB of memory" in ran.output) == (137, True)


def test_when_memory_is_scarce_the_kernel_ends_what_runs_inside_first(small: SandboxWorkspace) -> None:
    assert said(small, "cat /proc/self/oom_score_adj") == "1000\n"


def test_many_processes_together_are_ended_for_their_memory(small: SandboxWorkspace) -> None:
    script = (
        "import os, time\nfor _ in range(3): os.fork()\nx = bytearray(os.urandom(1) * 80 * 1024 ** 2)\ntime.sleep(60)"
    )
    ran = small.run(("python", "-c", script), seconds=20)
    assert ran.exit_code == 137
    assert "more than 300 MiB of memory" in ran.output


def test_pages_that_are_shared_count_once(small: SandboxWorkspace) -> None:
    script = "import os, time\nx = bytearray(b'1' * 120 * 1024 ** 2)\nfor _ in range(2): os.fork()\ntime.sleep(0.5)"
    assert small.run(("python", "-c", script), seconds=20).exit_code == 0


def test_a_checkout_that_fills_the_disk_is_ended(ground: Ground) -> None:
    with ground.open(SMALL) as workspace:
        fill = "i=0; while :; do i=$((i+1)); head -c 2000000 /dev/zero > fill-$i; done"
        ran = workspace.run(("sh", "-c", fill), seconds=30)
        assert ran.exit_code == 137
        assert "grew by more than 20 MiB" in ran.output
        assert ran.seconds < 20


def test_empty_files_fill_the_disk_too(ground: Ground) -> None:
    with ground.open(replace(SMALL, disk=2 * MIB)) as workspace:
        script = "i = 0\nwhile True:\n    open(f'f{i}', 'w').close()\n    i += 1"
        ran = workspace.run(("python", "-c", script), seconds=30)
    assert (ran.exit_code, "grew by more" in ran.output) == (137, True)


def test_one_file_and_the_scratch_space_have_their_own_bounds(small: SandboxWorkspace) -> None:
    assert small.run(("sh", "-c", "trap '' XFSZ; head -c 40000000 /dev/zero > big")).exit_code != 0
    said(small, "rm -f big")
    for place in ("/tmp", "/dev/shm"):  # noqa: S108 inside
        assert "No space left" in said(small, f"head -c 20000000 /dev/zero > {place}/big")


def test_endless_output_is_cut_in_the_middle(small: SandboxWorkspace) -> None:
    ran = small.run(("sh", "-c", "echo first; yes | head -c 30000000; echo last"), seconds=30)
    assert ran.cut
    assert ran.output.startswith("first\ny\n")
    assert ran.output.endswith("y\nlast\n")
    assert "bytes left out" in ran.output
    assert len(ran.output) < SMALL.output + 100


def test_output_that_fits_is_whole_whatever_it_holds(workspace: SandboxWorkspace) -> None:
    ran = workspace.run(("sh", "-c", r"printf 'a\000b\377c\n'; seq 20000"))
    assert ran.output.startswith("a\ufffdb\ufffdc\n")
    assert ran.output.endswith("19999\n20000\n")
    assert not ran.cut


def test_a_command_that_is_not_there_and_one_that_is_killed(workspace: SandboxWorkspace) -> None:
    assert workspace.run(("no-such-program",)).exit_code == 127
    assert workspace.run(("sh", "-c", "kill -9 $$")).exit_code == 137


@pytest.fixture
def own_group() -> Iterator[Path]:
    """A kernel group in which nobody else sweeps: every bot that other tests start sweeps the one that bots share."""
    shared = process_groups.parent_group()
    if shared is None:
        pytest.skip("this machine lets us make no kernel group")
    made = shared / f"tests-{os.getpid()}"
    made.mkdir()
    yield made
    made.rmdir()


def test_what_a_killed_bot_left_in_a_kernel_group_is_ended(tmp_path: Path, own_group: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left, marker = own_group / f"signalbox-{dead.pid}-1", "14142.135"
    left.mkdir()
    join = ["sh", "-c", f"echo 0 > {left}/cgroup.procs; exec sleep {marker}"]
    with subprocess.Popen(join, cwd=tmp_path) as stuck:
        while not sleeping(marker):
            assert stuck.poll() is None
        process_groups.sweep(own_group)
        assert stuck.wait(5) == -9
    process_groups.sweep(own_group)
    assert not left.exists()


# ── environments ────────────────────────────────────────────────────────────────────────────────────────────────


def test_pytest_of_a_given_environment_runs_with_the_network_closed(ground: Ground) -> None:
    with ground.open(environment=sys.prefix) as workspace:
        for command in (("python", "-m", "pytest", "-q", "--color=no"), ("pytest", "-q", "--color=no")):
            ran = workspace.run(command, seconds=60)
            assert ran.exit_code == 0, ran.output
            assert "1 passed" in ran.output
        assert said(workspace, "python -c 'import sys; print(sys.prefix)'").strip() == sys.prefix
        assert workspace.patch() == ""


def test_a_server_that_a_command_starts_is_reached_by_what_follows_and_does_not_outlive_it(
    workspace: SandboxWorkspace,
) -> None:
    serve = "python -m http.server 8731 --bind 127.0.0.1 > /dev/null 2>&1 &"
    ask = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8731').status)"
    wait = "import socket,time\nwhile socket.socket().connect_ex(('127.0.0.1', 8731)): time.sleep(0.05)"

    assert said(workspace, f'{serve} python -c "{wait}"; exec python -c "{ask}"') == "200\n"
    assert "Connection refused" in said(workspace, f'python -c "{ask}"')


def test_without_requirements_there_is_a_python_of_its_own(workspace: SandboxWorkspace) -> None:
    assert said(workspace, "python -c 'import sys; print(sys.prefix != sys.base_prefix)'") == "True\n"
    assert "No module named" in said(workspace, "python -c 'import pydantic'")


def test_an_environment_that_does_not_work_inside_is_said_at_once(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "broken" / "bin").mkdir(parents=True)
    (tmp_path / "broken" / "bin" / "python").symlink_to("/proc/self/exe")
    with (
        pytest.raises(SandboxUnusable, match="does not work inside"),
        ground.open(environment=str(tmp_path / "broken")),
    ):
        pass
