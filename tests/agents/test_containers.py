"""Containers: what docker is told, and what is done and said when it does not do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from agents.adapters.sandbox.container_client import end_those_on
from agents.adapters.sandbox.containers import Containers
from agents.adapters.sandbox.lots import Lot, sweep
from agents.adapters.sandbox.view import View
from agents.errors import SandboxUnusable
from tests.agents.fake_docker import FakeDocker
from tests.agents.sandboxed import MIB, SMALL, Ground, children_of, eventually, ground_in

ROOT = Path(__file__).parents[2]


@pytest.fixture
def docker(tmp_path: Path) -> FakeDocker:
    return FakeDocker(tmp_path / "docker")


@pytest.fixture
def containers(tmp_path: Path, docker: FakeDocker) -> Containers:
    return Containers(tmp_path / "own", SMALL, [str(docker.program)])


@pytest.fixture
def view(tmp_path: Path) -> View:
    checkout = tmp_path / "lots" / "lot-1" / "checkout"
    checkout.mkdir(parents=True)
    return View(checkout, variables={"SHOP": "open"})


def test_a_command_runs_and_its_container_is_gone(containers: Containers, docker: FakeDocker, view: View) -> None:
    ended = containers.of("shop:1").run(
        ("sh", "-c", "echo $SHOP; echo err >&2; exit 3"), view, seconds=20, stdin=subprocess.DEVNULL
    )
    assert (ended.exit_code, ended.output) == (3, b"open\nerr\n")
    assert docker.left() == []


def test_what_the_program_is_told_and_what_it_sees_of_our_variables(
    containers: Containers, docker: FakeDocker, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/of/ours.sock")
    containers.of("shop:1").run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)
    call = docker.calls("run")[-1]
    told = " ".join(call["words"])
    for word in ("--network none", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--pull never"):
        assert word in told
    assert f"--memory {300 * MIB} --memory-swap {300 * MIB} --pids-limit 40" in told
    assert "DOCKER_HOST" in call["env"]
    assert "ANTHROPIC_API_KEY" not in call["env"]
    assert "sk-secret" not in told


def test_a_command_out_of_time_is_killed_and_what_it_said_is_kept(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    began = time.monotonic()
    ended = containers.of("shop:1").run(
        ("sh", "-c", "echo begun; sleep 60"), view, seconds=0.5, stdin=subprocess.DEVNULL
    )
    assert (ended.exit_code, ended.output) == (124, b"begun\n")
    assert time.monotonic() - began < 20
    assert docker.left() == []


def test_who_had_too_much_memory_is_told_so(containers: Containers, docker: FakeDocker, view: View) -> None:
    docker.knows(out_of_memory=True)
    ended = containers.of("shop:1").run(("sh", "-c", "kill -9 $$"), view, seconds=20, stdin=subprocess.DEVNULL)
    assert ended.exit_code == 137
    assert b"[stopped: it used more than 300 MiB of memory]" in ended.output


def test_a_container_that_cannot_be_set_up_is_no_failure_of_the_command(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    container = containers.of("shop:1")
    docker.knows(refusal="docker: Error response from daemon: no space left on device.\n")
    with pytest.raises(SandboxUnusable, match=r"shop:1 could not be set up: .*no space left"):
        container.run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"down": "Cannot connect to the Docker daemon.\n"}, "Cannot connect to the Docker daemon. Start it"),
        ({"images": {}}, "No such image: shop:1): type `"),
        ({"trial": "fault: it has a network\ntried\n"}, "are not used: it has a network."),
        ({"trial": "sh: git: cannot\n"}, "its shell says: sh: git: cannot"),
        ({"trial": "variable: SIGNALBOX_HOME=/x\ntried\n"}, "it could see variables of the bot (SIGNALBOX_HOME"),
    ],
)
def test_what_does_not_hold_is_not_used_and_tried_again_once_it_is_mended(
    containers: Containers, docker: FakeDocker, known: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNALBOX_HOME", "/x")
    docker.knows(**known)
    assert sentence in containers.why_not("shop:1")
    docker.knows(down="", images={"shop:1": "sha256:1"}, trial="tried\n")
    assert containers.why_not("shop:1") == ""


def test_without_any_program_it_is_said_what_to_install(tmp_path: Path) -> None:
    why_not = Containers(tmp_path, programs=["/nowhere/docker", "/nowhere/podman"]).why_not("shop:1")
    assert "neither /nowhere/docker nor /nowhere/podman is here: install one of them" in why_not


def test_a_program_that_does_not_answer_gives_way_to_the_next(tmp_path: Path, docker: FakeDocker) -> None:
    other = FakeDocker(tmp_path / "other")
    docker.knows(down="no daemon")
    assert Containers(tmp_path / "own", programs=[str(docker.program), str(other.program)]).why_not("shop:1") == ""


def test_who_has_no_image_in_the_second_program_hears_why_it_is_not_the_first(
    tmp_path: Path, docker: FakeDocker
) -> None:
    other = FakeDocker(tmp_path / "other")
    docker.knows(down="permission denied while trying to connect\n")
    other.knows(images={})
    why_not = Containers(tmp_path / "own", programs=[str(docker.program), str(other.program)]).why_not("shop:1")
    assert f"By itself it is never fetched. {docker.program} says: permission denied while" in why_not


def test_what_docker_could_not_remove_while_it_was_away_is_removed_later(
    containers: Containers, docker: FakeDocker, view: View, tmp_path: Path
) -> None:
    gone = f"{tmp_path}/lots/lot-0/checkout"
    docker.knows(running={"left": gone, "at-work": str(view.checkout), "foreign": "/srv/x/checkout"})
    assert containers.why_not("shop:1") == ""
    assert docker.calls("rm")[0]["words"][3:] == ["left"]


def test_what_runs_on_the_checkout_of_a_dead_process_is_ended_before_that_is_removed(
    docker: FakeDocker, tmp_path: Path
) -> None:
    dead, alive, plain = (Lot.claimed(tmp_path / "lots") for _ in range(3))
    dead.note_program(str(docker.program))
    alive.note_program(str(docker.program))
    docker.knows(running={"left": str(dead.checkout), "at-work": str(alive.checkout), "foreign": "/srv/x/checkout"})
    os.close(dead.lock)
    os.close(plain.lock)
    docker.knows(down="no daemon\n")
    sweep(tmp_path / "lots", end_those_on)
    assert [lot.folder.exists() for lot in (dead, alive, plain)] == [True, True, False]
    docker.knows(down="")
    sweep(tmp_path / "lots", end_those_on)
    assert [lot.folder.exists() for lot in (dead, alive, plain)] == [False, True, False]
    assert [call["words"][-1] for call in docker.calls("rm")] == ["left"]
    alive.clear()


@pytest.mark.parametrize("with_its_guard", [False, True])
def test_a_container_ends_when_the_process_dies_that_waits_for_it(
    containers: Containers, docker: FakeDocker, view: View, tmp_path: Path, *, with_its_guard: bool
) -> None:
    script = textwrap.dedent(f"""
        import subprocess, sys; sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from agents.adapters.sandbox.containers import Containers
        from agents.adapters.sandbox.view import View
        container = Containers(Path({str(tmp_path / "own")!r}), programs=[{str(docker.program)!r}]).of("shop:1")
        container.run(("sleep", "60"), View(Path({str(view.checkout)!r})), seconds=60, stdin=subprocess.DEVNULL)
    """)
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as bot:
        assert eventually(docker.at_work, 20)
        (at_work,) = docker.at_work()
        assert eventually(lambda: sees_the_bot(at_work), 20)
        if with_its_guard:
            for guard in children_of(bot.pid, "read -r end"):
                os.kill(guard, signal.SIGKILL)
        os.killpg(bot.pid, signal.SIGKILL)
    assert eventually(lambda: not is_there(at_work), 20)
    assert eventually(lambda: with_its_guard or docker.left() == [], 20)


def sees_the_bot(group: int) -> bool:
    """Whether a process of the container holds the named pipe open whose end tells it that the bot is dead."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return any(Path(f"/proc/{pid}/fd/0").is_fifo() and is_named(pid) for pid, pgid in pairs if pgid == str(group))


def is_named(pid: str) -> bool:
    """Whether what it reads from has a path, as no pipe between two processes has."""
    try:
        return Path(f"/proc/{pid}/fd/0").readlink().is_absolute()
    except FileNotFoundError:
        return False


def is_there(pid: int) -> bool:
    """Whether a process is at work; not when it is only to be buried."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_a_bot_that_starts_sweeps_before_it_has_anything_to_run(ground_of_fake: Ground, tmp_path: Path) -> None:
    lots = ground_of_fake.home / "workspaces"
    dead = Lot.claimed(lots)
    os.close(dead.lock)
    ground_of_fake.workspaces.why_not(ground_of_fake.repository())
    assert not dead.folder.exists()


def test_of_each_workspace_the_image_is_looked_at_once_and_who_ends_its_containers_is_noted(
    ground_of_fake: Ground, docker: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{docker.home}:{os.environ['PATH']}")
    for looks in (1, 2):
        with ground_of_fake.open(image="shop:1"):
            (noted,) = (ground_of_fake.home / "workspaces").glob("lot-*/program")
            assert noted.read_text(encoding="utf-8") == "docker"
        assert len(docker.calls("image")) == looks


@pytest.fixture
def ground_of_fake(tmp_path: Path) -> Ground:
    return ground_in(tmp_path / "ground")


def test_what_the_program_says_before_the_command_is_none_of_its_output(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    docker.knows(warning="WARNING: Your kernel does not support swap limit capabilities.\n")
    ended = containers.of("shop:1").run(("echo", "mine"), view, seconds=20, stdin=subprocess.DEVNULL)
    assert ended.output == b"mine\n"


def test_a_daemon_that_dies_is_no_failure_of_the_command(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    container = containers.of("shop:1")
    docker.knows(loss="error waiting for container: unexpected EOF\n")
    with pytest.raises(SandboxUnusable, match=r"lost a container while a command ran in it \(Error: No such object"):
        container.run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)
    assert docker.left() == []


def test_a_killed_client_is_no_failure_of_the_command(containers: Containers, docker: FakeDocker, view: View) -> None:
    kill_the_client = ("sh", "-c", "kill -9 $PPID; exec sleep 60 >/dev/null 2>&1")
    with pytest.raises(SandboxUnusable, match="lost a container"):
        containers.of("shop:1").run(kill_the_client, view, seconds=20, stdin=subprocess.DEVNULL)
    assert docker.left() == []


def test_a_refusal_is_told_by_its_own_line_and_not_by_the_advice_after_it(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    docker.knows(
        refusal="docker: Error response from daemon: no space.\n\nRun 'docker run --help' for more information\n"
    )
    assert "could not be set up: docker: Error response from daemon: no space." in containers.why_not("shop:1")


def test_an_image_that_was_made_anew_is_tried_anew_and_runs_under_its_number(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    containers.of("shop:1").run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)
    assert "sha256:1" in docker.calls("run")[-1]["words"]
    docker.knows(images={"shop:1": "sha256:2"}, trial="fault: its image has no git\ntried\n")
    assert "its image has no git" in containers.why_not("shop:1")


def test_what_an_image_declares_a_volume_is_bounded_scratch_space(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    docker.knows(volumes=["/root/.m2", "/workspace"])
    containers.of("shop:1").run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)
    mounts = [word for word in docker.calls("run")[-1]["words"] if word.startswith("type=tmpfs")]
    assert mounts == [f"type=tmpfs,target=/root/.m2,tmpfs-size={8 * MIB}"]


def test_nothing_that_is_printed_is_kept_by_the_daemon_and_no_check_of_the_image_runs(
    containers: Containers, docker: FakeDocker, view: View
) -> None:
    containers.of("shop:1").run(("true",), view, seconds=20, stdin=subprocess.DEVNULL)
    told = " ".join(docker.calls("run")[-1]["words"])
    assert "--no-healthcheck --log-driver none" in told
    assert "target=/etc/resolv.conf,readonly" in told
