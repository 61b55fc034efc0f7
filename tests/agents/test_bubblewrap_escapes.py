"""Attempts to get out of the sandbox. Each is harmless should it succeed: files are opened and not written."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.sandbox.bubblewrap import Bubblewrap, bubblewraps
from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import SandboxUnusable
from tests.agents.sandboxed import Ground, eventually, ground_or_skip, sleeping

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ground(disk: Path) -> Ground:
    return ground_or_skip(Path(tempfile.mkdtemp(dir=disk)))


@pytest.fixture
def workspace(ground: Ground) -> Iterator[SandboxWorkspace]:
    with ground.open() as workspace:
        yield workspace


def said(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("sh", "-c", script), seconds=20).output


def python(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("python", "-c", script), seconds=20).output.strip()


# ── getting out ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_read_only_folder_stays_read_only(workspace: SandboxWorkspace) -> None:
    libc = "import ctypes; libc = ctypes.CDLL(None, use_errno=True);"
    for call in ('mount(None, b"/usr", None, 0x1020, None)', 'umount2(b"/proc/sys", 2)', "unshare(0x10000000)"):
        assert python(workspace, f"{libc} print(libc.{call})") == "-1", call
    assert "Read-only" in said(workspace, "touch /usr/x; touch /etc/x; touch /x; touch /dev/x")


def test_nothing_but_the_checkout_and_the_scratch_space_can_be_written(workspace: SandboxWorkspace) -> None:
    script = """
import os
written = []
for folder, folders, _ in os.walk("/"):
    folders[:] = [name for name in folders if name not in ("proc", "workspace", "tmp") and folder.count("/") < 3]
    try:
        os.close(os.open(os.path.join(folder, ".trial"), os.O_CREAT | os.O_WRONLY))
        written.append(folder)
    except OSError:
        pass
print(written)
"""
    assert python(workspace, script) == "['/dev/shm']"
    assert "Read-only" in said(workspace, "touch .git/config; rm -f .git/HEAD; mv .git away")


def test_the_kernels_settings_cannot_be_changed(workspace: SandboxWorkspace) -> None:
    script = """
import os
opened = []
for folder, _, files in os.walk("/proc/sys"):
    for name in files:
        try:
            os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
            opened.append(os.path.join(folder, name))
        except OSError:
            pass
print(opened)
"""
    assert python(workspace, script) == "[]"


def test_the_hosts_files_are_not_there(ground: Ground, workspace: SandboxWorkspace) -> None:
    secret = ground.home / "secret.txt"
    secret.write_text("secret-of-the-host")
    seen = said(workspace, f"cat {secret} ~root/.bashrc /etc/shadow /proc/1/root{secret} /proc/1/cwd/{secret.name}")
    assert "secret-of-the-host" not in seen
    assert seen.count("No such file") + seen.count("Permission denied") >= 4
    assert said(workspace, "cut -d: -f1 /etc/passwd") == "signalbox\nnobody\n"
    assert said(workspace, "ls /home /var /mnt /srv 2>/dev/null") == ""


def test_the_bots_environment_is_not_there(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-bot")
    with ground.open() as workspace:
        assert "HOME=" in said(workspace, "env; cat /proc/*/environ")
        assert "secret-of-the-bot" not in said(workspace, "env; cat /proc/*/environ /proc/*/cmdline")
        assert str(ground.home / "workspaces") not in said(workspace, "cat /proc/*/cmdline")


def test_the_network_is_closed(workspace: SandboxWorkspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"
        assert "Error" in python(workspace, connect)
    assert "OSError" in python(workspace, "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)")
    assert python(workspace, "print(len(open('/proc/net/dev').read().splitlines()))") == "3"  # two of headings, and lo


def test_no_process_of_the_host_is_seen_or_hit(workspace: SandboxWorkspace) -> None:
    assert int(said(workspace, "ls -d /proc/[0-9]* | wc -l")) <= 6
    outside = subprocess.Popen(["sleep", "22360.679"])
    try:
        assert "22360" not in said(workspace, "cat /proc/*/cmdline")
        assert "No such process" in said(workspace, "kill -9 -1")  # everybody else that can be seen: nobody
        assert outside.poll() is None
    finally:
        outside.kill()
        outside.wait()
    assert python(workspace, "import os; print(os.getuid(), os.getppid() < 10)") == "1000 True"


# ── outliving ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_process_in_the_background_is_dead_when_the_command_returns(workspace: SandboxWorkspace) -> None:
    marker = "31415.926"
    hidden = f"setsid sh -c 'trap \"\" TERM HUP; exec sleep {marker} >/dev/null 2>&1 </dev/null' & sleep 0.2; echo done"
    assert said(workspace, hidden) == "done\n"
    assert sleeping(marker) == []


def test_everything_is_dead_after_a_time_out(workspace: SandboxWorkspace) -> None:
    marker = "27182.818"
    script = f"trap '' TERM INT HUP; sleep {marker} & sleep {marker} & wait"
    ran = workspace.run(("sh", "-c", script), seconds=0.4)
    assert ran.exit_code == 124
    assert ran.seconds < 5
    assert sleeping(marker) == []


def test_killing_the_bot_ends_what_it_runs(ground: Ground) -> None:
    marker = "16180.339"
    script = f"""
from pathlib import Path
from tests.agents.sandboxed import Ground, SandboxWorkspaces, Mirrors
home = Path({str(ground.home)!r})
workspaces = SandboxWorkspaces(Mirrors(home / "mirrors", "https://code.example"), home)
ground = Ground(home, Path({str(ground.origin)!r}), {ground.sha!r}, workspaces)
with ground.open() as workspace:
    workspace.run(("sleep", {marker!r}))
"""
    bot = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        assert eventually(lambda: sleeping(marker), 30)
    finally:
        bot.send_signal(signal.SIGKILL)
        bot.wait()
    assert eventually(lambda: not sleeping(marker))
    left = list((ground.home / "workspaces").glob("lot-*/"))
    assert len(left) == 1
    with ground.open() as living:
        SandboxWorkspaces(ground.mirrors, ground.home).open(ground.repository(), ground.sha).close()  # sweeps first
        assert not left[0].exists()
        assert living.read("shop.py")


# ── the self-test ───────────────────────────────────────────────────────────────────────────────────────────────

WEAKENED = """#!/bin/sh
"exec" "{python}" "$0" "$@"  # the interpreter's path may hold a space, which `#!` ends at
# A bubblewrap that leaves something out.
import os, sys
argv, temporary = sys.argv[1:], {temporary!r}
at = argv.index("--args") + 1
with open(int(argv[at]), "rb", closefd=False) as file:
    words = file.read().decode().split("\\0")[:-1]
{edit}
new = os.memfd_create("setup", 0)
os.write(new, "".join(word + "\\0" for word in words).encode())
os.lseek(new, 0, os.SEEK_SET)
argv[at] = str(new)
os.execv({real!r}, [{real!r}, *argv])
"""


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ("words.remove('--unshare-net')", "it has a network"),
        ("words.remove('--unshare-pid')", "it could see processes outside"),
        ("words += ['--setenv', 'SLACK_BOT_TOKEN', 'x']", "environment variables of the bot (SLACK_BOT_TOKEN"),
        ("words += ['--ro-bind', temporary, temporary]", "it could read a file outside"),
        ("cut = words.index('/proc/sys'); del words[cut - 1 : cut + 2]", "it could change the kernel's settings"),
        ("words.remove('--disable-userns')", "it could make a user namespace"),
        ("cut = words.index('--remount-ro'); del words[cut : cut + 4]", "it could write outside"),
        ("words.append('--nonsense')", "It does not work: "),
    ],
)
def test_the_self_test_notices_what_does_not_hold(ground: Ground, tmp_path: Path, edit: str, sentence: str) -> None:
    if "/proc/sys" in edit and os.getuid() != 0:
        pytest.skip("only for root are the kernel's settings open at all")
    program = tmp_path / "bwrap"
    terms = {"python": sys.executable, "temporary": tempfile.gettempdir(), "real": bubblewraps()[0]}
    program.write_text(WEAKENED.format(edit=edit, **terms))
    program.chmod(0o755)
    sandbox = Bubblewrap(tmp_path / "sandbox", programs=[str(program)])
    assert sentence in sandbox.why_not()
    with pytest.raises(SandboxUnusable, match="No sandbox holds"):
        SandboxWorkspaces(ground.mirrors, ground.home, programs=[str(program)]).open(ground.repository(), ground.sha)


def test_a_bubblewrap_that_holds_is_taken_after_one_that_does_not(ground: Ground, tmp_path: Path) -> None:
    sandbox = Bubblewrap(tmp_path / "sandbox", programs=["/nowhere/bwrap", "/bin/false", *bubblewraps()])
    assert sandbox.why_not() == ""
    assert bubblewraps()[0] in sandbox.described()


def test_no_bubblewrap_at_all_is_said_with_what_to_do(tmp_path: Path) -> None:
    assert "install" in Bubblewrap(tmp_path, programs=()).why_not()
    assert "/nowhere/bwrap: It " in Bubblewrap(tmp_path, programs=("/nowhere/bwrap",)).why_not()
