"""One checkout, and hands that work in it inside a sandbox, whichever that is.

The git directory lies beside the checkout and is shown read-only: what runs inside can neither rewrite the history that
evidence is quoted from nor leave settings for a later git. And git never looks at a checkout from outside, since its
nested repositories and attributes may be hostile: patches are made and applied inside, where they can start what they
like. What they say is not trusted either: a fix is proven on fresh checkouts made of its patch.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from agents.adapters.sandbox import confined
from agents.adapters.sandbox.bounded import Ended
from agents.adapters.sandbox.census import DiskWatch
from agents.adapters.sandbox.environment import Environment
from agents.adapters.sandbox.etc import ALL_BINARY
from agents.adapters.sandbox.lent import Lent
from agents.adapters.sandbox.lots import Lot
from agents.adapters.sandbox.view import Bounds, View, search_path
from agents.errors import SandboxUnusable, Stopped
from agents.exchange import Ran
from agents.patches.undecoded import bytes_of, text_of
from storage.judgments import Outcome

_GIT_SECONDS = 120.0
_PREPARE_SECONDS = 600.0
_LARGEST_PATCH = 32 * 1024 * 1024
# The git directory cannot be written, so the index and new objects go to the scratch space. Nested repositories are
# left out: git refuses one without a commit, and of any other it would add a name that means nothing elsewhere.
_PATCH = """\
export GIT_INDEX_FILE=/tmp/index GIT_OBJECT_DIRECTORY=/tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES="$PWD/.git/objects"
mkdir "$GIT_OBJECT_DIRECTORY" && cp -p .git/index "$GIT_INDEX_FILE" || exit 1
git add --all --ignore-errors 2>/tmp/said || grep -q 'does not have a commit checked out' /tmp/said ||
    { cat /tmp/said; exit 1; }
attributes=$1 base=$2
shift 2
git --literal-pathspecs -c core.attributesFile="$attributes" diff --cached --binary --no-color --no-ext-diff \
    --no-textconv --ignore-submodules=all "$base" -- "$@" 2>/tmp/said || { cat /tmp/said; exit 1; }
"""
_CARRY = """\
export GIT_INDEX_FILE=/tmp/index GIT_OBJECT_DIRECTORY=/tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES="$PWD/.git/objects"
mkdir "$GIT_OBJECT_DIRECTORY" && cp -p .git/index "$GIT_INDEX_FILE" && git update-index -q --refresh
git apply --3way --whitespace=nowarn -
"""
_APPLY = ("git", "apply", "--whitespace=nowarn", "-")


class Sandbox(Protocol):
    """What holds whatever runs in a checkout."""

    @property
    def bounds(self) -> Bounds:
        """What one command may use."""
        ...

    @property
    def ended_by(self) -> str:
        """The program by which a command is ended that outlived this process; empty where none does."""
        ...

    def run(self, command: Sequence[str], view: View, *, seconds: float, stdin: int, output: int = 0) -> Ended:
        """Run a command; `output` is the most bytes of output that are kept. Raises SandboxUnusable."""
        ...


class SandboxWorkspace:
    """One checkout. What runs in it sees it, the system's programs, its environment, what is lent; and no network."""

    def __init__(
        self,
        sandbox: Sandbox,
        lot: Lot,
        environment: Environment | None,
        lends: Lent,
        variables: Mapping[str, str],
        *,
        base_sha: str,
    ) -> None:
        self.base_sha = base_sha
        self.left_out = environment.left_out if environment else ()  # packages that have no wheel
        self._sandbox = sandbox
        self._lot = lot
        self._lends = lends
        self._plain = View(
            lot.checkout,
            lot.git,
            environment.roots if environment else (),
            variables=_found(environment),
            disk=DiskWatch(lot.checkout, sandbox.bounds.disk),
        )
        self._view = replace(  # for commands; git sees the checkout alone, so that nothing lent comes into a patch
            self._plain,
            roots=(*self._plain.roots, *lends.toolchains),
            lent=lends.mounts,
            variables={**_found(environment, *lends.programs), **variables},
        )

    def run(self, command: Sequence[str], *, seconds: float = 120.0, most: int = 0) -> Ran:
        """Run a command in the checkout, in the sandbox. Never raises for the command's own failure.

        `most` is how many bytes of what it prints are kept, if not as many as of any command. Raises SandboxUnusable
        when the sandbox cannot be set up, or a place of dependencies is no folder any more.
        """
        self._lends.make_places(self._lot.checkout)  # each time: what ran before may have put a link there
        ended = self._sandbox.run(command, self._view, seconds=seconds, stdin=subprocess.DEVNULL, output=most)
        return Ran(exit_code=ended.exit_code, output=_text(ended), seconds=ended.seconds, cut=ended.cut > 0)

    def read(self, path: str) -> str:
        """The text of a file. Raises FileNotFoundError, or ValueError for a path outside the checkout or a binary."""
        return confined.read_text(self._lot.checkout, path)

    def write(self, path: str, text: str) -> None:
        """Create or replace a file in the checkout. Raises ValueError for a path outside it."""
        confined.write_text(self._lot.checkout, path, text)

    def patch(self, paths: Sequence[str] = ()) -> str:
        """`git diff --binary` of everything (or of `paths`) against the base commit, new files included.

        Raises Stopped when there is too much of it, or git cannot make it.
        """
        try:
            return text_of(self._diff(os.devnull, paths))
        except ValueError:  # carried as binary it stays what it is
            return self._diff(ALL_BINARY, paths).decode(errors="replace")

    def apply(self, patch: str) -> None:
        """Apply such a patch. Raises ValueError when it does not fit."""
        if not patch:
            return
        ended = self._given(patch, _APPLY)
        if ended.exit_code:
            raise ValueError(f"the patch does not fit on {self.base_sha[:12]}: {_text(ended).strip()[:1000]}")

    def carry(self, patch: str) -> None:
        """Merge a patch that was made for an earlier commit; nothing is changed when that cannot be done at all."""
        self._given(patch, ("sh", "-c", _CARRY))

    def prepare(self, command: Sequence[str], *, may_fail: bool) -> None:
        """Have a command make what a build makes: none of it counts as a change.

        Raises SandboxUnusable when it fails or changes what is committed. With `may_fail` it may: a patch can break it,
        and the tests show that.
        """
        if not command:
            return
        before = self._untracked()
        ran = self.run(command, seconds=_PREPARE_SECONDS)
        made = sorted(self._untracked() - before)
        self._lot.leave_out(_ignoring(path) for path in made if "\n" not in path)
        if may_fail:
            return
        name = shlex.join(command)
        if ran.exit_code:
            raise SandboxUnusable(
                f"`{name}`, which prepares a checkout, ended with {ran.exit_code}: {ran.output.strip()[-300:]} Correct"
                " `prepare` or the requirements in the policy file."
            )
        if changed := self.patch():
            files = ", ".join(sorted(set(re.findall(r"(?m)^diff --git a/(\S+)", changed)))[:5])
            raise SandboxUnusable(
                f"`{name}`, which prepares a checkout, changes what is committed ({files}), so that every fix would"
                " change it: correct `prepare` in the policy file."
            )

    def _untracked(self) -> set[str]:
        """Files and folders that git neither knows nor ignores."""
        command = ("git", "ls-files", "--others", "--exclude-standard", "--directory", "-z")
        ended = self._sandbox.run(
            command, self._plain, seconds=_GIT_SECONDS, stdin=subprocess.DEVNULL, output=_LARGEST_PATCH
        )
        return set(ended.output.decode(errors="replace").split("\0")) - {""}

    def close(self) -> None:
        """Remove the checkout."""
        self._lot.clear()

    def _given(self, patch: str, command: Sequence[str]) -> Ended:
        """Run git with a patch as its input."""
        with tempfile.TemporaryFile() as file:
            file.write(bytes_of(patch))
            file.seek(0)
            return self._sandbox.run(command, self._plain, seconds=_GIT_SECONDS, stdin=file.fileno())

    def _diff(self, attributes: str, paths: Sequence[str]) -> bytes:
        command = ("sh", "-c", _PATCH, "sh", attributes, self.base_sha, *paths)
        ended = self._sandbox.run(
            command, self._plain, seconds=_GIT_SECONDS, stdin=subprocess.DEVNULL, output=_LARGEST_PATCH
        )
        if ended.exit_code:
            why = _text(ended).strip()[-500:] or f"git ended with {ended.exit_code}"
            raise Stopped(Outcome.FAILED, f"What changed in the checkout cannot be made a patch: {why}")
        if ended.cut:
            raise Stopped(Outcome.FAILED, f"What changed in the checkout comes to more than {_LARGEST_PATCH} bytes.")
        return ended.output


def _found(environment: Environment | None, *programs: Path) -> dict[str, str]:
    """The variables by which programs are found; an image without an environment of ours has its own."""
    if environment is None:
        return {}
    return {"PATH": search_path(environment.programs, *programs), "VIRTUAL_ENV": str(environment.folder)}


def _ignoring(path: str) -> str:
    """The line that has git ignore this path and no other."""
    return "/" + re.sub(r"([\\*?\[ ])", r"\\\1", path)


def _text(ended: Ended) -> str:
    """What was printed; no NUL, which databases refuse."""
    return ended.output.decode(errors="replace").replace("\0", "\ufffd")
