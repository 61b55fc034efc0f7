"""Containers: which program makes them, and whether those of an image hold what runs in them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from agents.adapters.sandbox.container import Container, Image, given
from agents.adapters.sandbox.container_client import end_those_of_nothing, last_line, told
from agents.adapters.sandbox.etc import TEMPORARY, lay_out
from agents.adapters.sandbox.view import INSIDE, Bounds, View
from agents.errors import SandboxUnusable

PROGRAMS = ("docker", "podman")  # the first that is there and answers
_ANSWER_SECONDS = 20.0
_TRIAL_SECONDS = 60.0
_TRIAL = """\
fault() { echo "fault: $1"; }
writes() { ( : >"$1" ); }  # apart, since a shell ends where a builtin may not write
[ "$(cat token 2>/dev/null)" = "$1" ] ||
    fault "it does not see the bot's folders (does another machine run it, or may it not share them?)"
writes written || fault "it cannot write in the checkout (do users have other numbers in it, as without root?)"
writes .git/written && fault "it could write in the git directory"
writes /written && fault "it could write beside the checkout"
[ -e "$2" ] && fault "it could see files of this machine"
[ "$(wc -l </proc/net/route)" -le 1 ] || fault "it has a network"
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || fault "it has capabilities"
grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status || fault "it could gain rights"
writes /proc/sys/kernel/core_pattern && fault "it could write settings of the kernel"
for each in git grep cp cat env sed; do command -v "$each" >/dev/null || fault "its image has no $each"; done
works() ( cd /tmp && git init -q seen && cd seen && : >left.pyc && seen=$(git status --porcelain) && [ ! "$seen" ] )
! command -v git >/dev/null || works ||
    fault "its git does not work as it should (do variables of the image mislead it?)"
env | sed 's/^/variable: /'
echo tried
"""


class Containers:
    """Finds docker or podman, and tries an image before its first use.

    `folder`, which lies in the bot's own, keeps the files that are shown as `/etc`.
    """

    def __init__(self, folder: Path, bounds: Bounds | None = None, programs: Sequence[str] = PROGRAMS) -> None:
        self._bounds = bounds or Bounds()
        self._etc = folder.absolute() / "etc"
        self._home = folder.absolute().parent
        self._programs = programs
        self._program = ""  # the one that answered
        self._passed_over = ""  # why it is not one named before it
        self._lock = threading.Lock()
        self._holding: dict[Image, Container] = {}  # one that does not hold is tried again

    def of(self, image: str) -> Container:
        """Containers of an image. Raises SandboxUnusable where they do not hold, or there can be none."""
        with self._lock:
            if not self._program:
                self._program = self._answering()
                end_those_of_nothing(self._program, self._home)
            seen = self._seen(image)
            if seen not in self._holding:
                container = Container(self._program, seen, self._etc, self._bounds)
                lay_out(self._etc)
                _try(container)
                self._holding[seen] = container
            return self._holding[seen]

    def why_not(self, image: str) -> str:
        """Empty when code can be run safely in this image, else the sentence that says why not and what to do."""
        try:
            self.of(image)
        except SandboxUnusable as error:
            return str(error)
        return ""

    def _answering(self) -> str:
        """The first that answers."""
        reasons = []
        for program in filter(shutil.which, self._programs):
            try:
                said = told(program, "version", seconds=_ANSWER_SECONDS)
            except SandboxUnusable as error:
                reasons.append(str(error))
                continue
            if said.returncode == 0:
                self._passed_over = " ".join(["", *reasons])
                return program
            why = last_line(said.stderr or said.stdout)
            reasons.append(f"{program} says: {why}{'' if why.endswith(('.', '?')) else '.'}")
        if not reasons:
            raise SandboxUnusable(
                f"The policy names an image, and neither {' nor '.join(self._programs)} is here: install one of them."
            )
        raise SandboxUnusable(f"No containers can be made. {' '.join(reasons)} Start it, or let this user use it.")

    def _seen(self, name: str) -> Image:
        """An image as it is now. Raises SandboxUnusable when it is not there."""
        program = self._program
        said = told(program, "image", "inspect", name)
        if said.returncode:
            raise SandboxUnusable(
                f"{program} shows no image {name} on this machine ({last_line(said.stderr)}): type `{program} pull"
                f" {name}`, or build it. By itself it is never fetched.{self._passed_over}"
            )
        shown = json.loads(said.stdout)[0]
        settings = shown.get("Config") or {}
        volumes = sorted(set(settings.get("Volumes") or ()) - {INSIDE, TEMPORARY})
        return Image(name, shown["Id"], tuple(volumes), tuple(_names(settings.get("Env") or ())))


def _try(container: Container) -> None:
    """See that a container holds what runs in it. Raises SandboxUnusable when it does not."""
    with tempfile.TemporaryDirectory(prefix="signalbox-trial-", dir=container.etc.parent) as folder:
        secret, checkout, git = (Path(folder) / name for name in ("secret", "checkout", "git"))
        git.mkdir()
        (checkout / ".git").mkdir(parents=True)
        token = secrets.token_hex(16)
        for file in (secret, checkout / "token"):
            file.write_text(token, encoding="utf-8")
        command = ("sh", "-c", f"exec 2>/dev/null; {_TRIAL}", "sh", token, str(secret))
        view = View(checkout, git, variables={"SIGNALBOX_TRIAL": token})
        ended = container.run(command, view, seconds=_TRIAL_SECONDS, stdin=subprocess.DEVNULL)
    faults = _faults(ended.output, expected={*container.image.variables, *given(view)})
    if faults:
        raise SandboxUnusable(
            f"Containers of {container.image.name} by {container.program} are not used: {'; '.join(faults)}."
        )


def _faults(output: bytes, expected: Collection[str]) -> list[str]:
    """What the trial found; `expected` are the variables that may be seen, beside those that a shell makes."""
    lines = output.decode(errors="replace").splitlines()
    if "tried" not in lines:
        return [f"its shell says: {last_line(output)}"]
    seen = _names(line.removeprefix("variable: ") for line in lines if line.startswith("variable: "))
    ours = sorted(set(seen) & set(os.environ) - {*expected, "PATH", "PWD", "OLDPWD", "SHLVL", "_", "HOSTNAME"})
    faults = [line.removeprefix("fault: ") for line in lines if line.startswith("fault: ")]
    return [*faults, *([f"it could see variables of the bot ({', '.join(ours[:3])} …)"] if ours else [])]


def _names(lines: Iterable[str]) -> list[str]:
    return [line.partition("=")[0] for line in lines if "=" in line]
