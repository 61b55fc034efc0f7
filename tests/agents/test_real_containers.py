"""Real containers hold what runs in them. Skipped where SIGNALBOX_TEST_IMAGE names no image."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.sandbox.workspace import SandboxWorkspace
from tests.agents.sandboxed import SMALL, Ground, children_of, eventually, ground_in, image_or_skip

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    image_or_skip()
    return ground_in(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def workspace(ground: Ground) -> Iterator[SandboxWorkspace]:
    with ground.open(image=image_or_skip()) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def small(ground: Ground) -> Iterator[SandboxWorkspace]:
    """A workspace that may use little."""
    with ground.open(SMALL, image=image_or_skip()) as workspace:
        yield workspace


def said(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("sh", "-c", script), seconds=30).output


def test_nothing_but_the_checkout_and_the_scratch_space_can_be_written(workspace: SandboxWorkspace) -> None:
    places = "/ /etc /usr /usr/bin /root /var /workspace/.git /workspace/.git/hooks /proc/sys/kernel"
    tried = (
        f"for each in {places}; do touch $each/x 2>/dev/null && echo $each; done; touch here /tmp/there && echo both"
    )
    assert said(workspace, tried) == "both\n"


def test_the_hosts_files_and_the_bots_variables_are_not_there(
    ground: Ground, workspace: SandboxWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    assert said(workspace, f"ls {ground.home} 2>/dev/null; env | grep -c secret") == "0\n"


def test_the_network_is_closed_and_no_right_is_left(workspace: SandboxWorkspace) -> None:
    connect = "import socket; socket.create_connection(('1.1.1.1', 53), 3)"
    assert "unreachable" in said(workspace, f'python -c "{connect}"')
    assert "CapEff:\t0000000000000000" in said(workspace, "cat /proc/self/status")


def test_everything_is_dead_after_the_command_and_after_a_time_out(workspace: SandboxWorkspace) -> None:
    marker = "4242.5"
    said(workspace, f"sleep {marker} & echo begun")
    ran = workspace.run(("sh", "-c", f"sleep {marker} & trap '' TERM; sleep {marker}"), seconds=0.5)
    assert ran.exit_code == 124
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep {marker}" not in shown


def test_a_command_that_takes_too_much_is_ended_and_told(ground: Ground, small: SandboxWorkspace) -> None:
    large = small.run(("python", "-c", "x = bytearray(900 * 1024**2); print(len(x))"), seconds=30)
    assert (large.exit_code, "more than 300 MiB of memory" in large.output) == (137, True)
    forks = said(small, "for i in $(seq 200); do sleep 20 & done; echo all")
    assert "all" not in forks or "fork" in forks
    assert "No space left" in said(small, "dd if=/dev/zero of=/tmp/much bs=1M count=50 2>&1")
    with ground.open(SMALL, image=image_or_skip()) as full:
        assert "31457280" in said(full, "head -c 50000000 /dev/zero >much; wc -c <much; rm much")
    with ground.open(SMALL, image=image_or_skip()) as full:
        grown = full.run(
            ("sh", "-c", "for i in 1 2 3; do head -c 12000000 /dev/zero >big$i; done; sleep 20"), seconds=30
        )
    assert (grown.exit_code, "grew by more than 20 MiB" in grown.output) == (137, True)


def test_endless_output_out_of_time_is_ended_and_kept_nowhere(small: SandboxWorkspace) -> None:
    ran = small.run(("yes",), seconds=1)
    assert (ran.exit_code, ran.cut) == (124, True)
    assert ran.seconds < 15


def test_endless_output_is_cut_in_the_middle_and_its_end_is_kept(small: SandboxWorkspace) -> None:
    ran = small.run(("sh", "-c", "yes | head -c 3000000; echo the end"), seconds=30)
    assert (ran.exit_code, ran.cut) == (0, True)
    assert ran.output.endswith("the end\n")
    assert len(ran.output) < 21_000


def test_a_suite_runs_with_what_the_image_brings(workspace: SandboxWorkspace) -> None:
    ran = workspace.run(("python", "-m", "pytest", "-q"), seconds=60)
    assert "1 passed" in ran.output or "No module named pytest" in ran.output


@pytest.mark.parametrize("with_its_guard", [False, True])
def test_what_runs_in_a_container_ends_with_the_bot_that_was_killed(tmp_path: Path, *, with_its_guard: bool) -> None:
    script = textwrap.dedent(f"""
        import sys; sys.path.insert(0, {str(ROOT)!r})
        from tests.agents.sandboxed import ground_in
        from pathlib import Path
        ground = ground_in(Path({str(tmp_path / "own")!r}))
        with ground.open(image={image_or_skip()!r}) as workspace:
            workspace.run(("sleep", "4243.5"), seconds=100)
    """)
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as bot:
        assert eventually(lambda: "sleep 4243.5" in _processes(), 20)
        if with_its_guard:
            for guard in children_of(bot.pid, "read -r end"):
                os.kill(guard, signal.SIGKILL)
        os.killpg(bot.pid, signal.SIGKILL)
    assert eventually(lambda: "sleep 4243.5" not in _processes(), 20)


def _processes() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
