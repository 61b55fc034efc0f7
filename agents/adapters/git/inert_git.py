"""Git, run so that nothing but its arguments decides what it does: no hook, no helper, no settings of anybody.

The host only ever runs it in bare mirrors that it made itself. What a sandbox may have written is read by git inside
that sandbox alone, since a checkout can hold settings that make git start programs.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_INERT = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.autocrlf": "false",
    "core.quotePath": "false",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "gc.autoDetach": "false",  # a packing that outlives the call would not hold the mirror's lock
    "init.templateDir": "",
    "maintenance.autoDetach": "false",
    "protocol.allow": "never",  # what a call needs it allows by name; `ext::` starts programs
    "safe.directory": "*",
    "submodule.recurse": "false",
}
_KEPT = ("PATH", "TMPDIR")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_FOR_THE_NETWORK = (
    *PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
)  # fmt: skip


class GitFailed(Exception):
    """Git ended with an error; `said` is what it printed."""

    def __init__(self, command: str, code: int, said: str) -> None:
        super().__init__(f"`git {command}` ended with {code}: {said}")
        self.code = code
        self.said = said


class GitTimedOut(GitFailed):
    """Git was stopped since it took too long."""


def run_git(
    *arguments: str,
    at: Path,
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    seconds: float = 60.0,
    keep_open: Sequence[int] = (),
) -> bytes:
    """What git printed. `settings` reach it through its environment, where no other user of the machine sees them.

    File descriptors in `keep_open` stay open in git, so that a lock they hold lasts until git ends, even when this
    process is killed. Raises GitFailed, or GitTimedOut after `seconds`.
    """
    with subprocess.Popen(
        ["git", *arguments],
        cwd=at,
        env=_environment({**_INERT, **(settings or {})}, variables or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=tuple(keep_open),
        start_new_session=True,
    ) as git:
        try:
            out, err = git.communicate(stdin, timeout=seconds)
        except BaseException as error:
            os.killpg(git.pid, signal.SIGKILL)  # its children too, such as git-remote-https
            if isinstance(error, subprocess.TimeoutExpired):
                raise GitTimedOut(arguments[0], 124, f"it took longer than {seconds:g} seconds") from error
            raise
    if git.returncode:
        raise GitFailed(arguments[0], git.returncode, err.decode(errors="replace").strip())
    return out


def text_of_git(*arguments: str, at: Path, variables: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    """What git printed, as text, without the last line's end."""
    return run_git(*arguments, at=at, variables=variables, stdin=stdin).decode(errors="replace").strip()


def _environment(settings: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {
        **{name: os.environ[name] for name in (*_KEPT, *_FOR_THE_NETWORK) if name in os.environ},
        "HOME": os.devnull,  # no .netrc, no .gitconfig
        "LC_ALL": "C",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **numbered,
        **variables,
    }
