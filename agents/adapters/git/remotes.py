"""The other end of a fetch or a push: its address, the token it is shown, and what its refusals mean."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from agents.adapters.git.inert_git import PROXIES, GitFailed, GitTimedOut, run_git
from agents.circuit import Circuit
from agents.errors import CodeHostDown, CodeHostRejected
from agents.terms import Repository

_ALLOWED = ("https", "http", "file")
_REFUSED = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|returned error: 40[0134]|[Rr]epository .*not found"
    r"|does not appear to be a git repository|does not exist|[Pp]ermission .*denied|Write access .*not granted"
    r"|couldn't find remote ref|remote rejected|protected branch|pre-receive hook declined|shallow update not allowed"
)
_NOT_ACCEPTED = re.compile(r"Authentication failed|could not read (?:Username|Password)|returned error: 401")
_PASSING = re.compile(
    r"remote rejected.*\([Ii]nternal [Ss]erver [Ee]rror|\.lock': File exists|is at [0-9a-f]{40} but expected"
)
_RULES = re.compile(r"\bGH\d{3}\b|pre-receive hook declined|push declined due to|protected branch hook declined")
_GONE = re.compile(r"not our ref [0-9a-f]{40}")
_SHOWN = 400
_RULES_SHOWN = 700
_PORTS = {"https": 443, "http": 80}
_CONNECTING = 10.0  # seconds
_UNTIL_PUT_RIGHT = 300.0  # seconds to leave the code host alone while our token is not accepted


@dataclass(frozen=True)
class Remote:
    """One repository on the code host. `token` is shown only to the code host's own address.

    `circuit` is that of who serves the address.
    """

    name: str
    address: str
    token: str = field(default="", repr=False)
    circuit: Circuit = field(default_factory=Circuit)

    def run(
        self, *arguments: str, at: Path, doing: str, seconds: float = 120.0, keep_open: Sequence[int] = ()
    ) -> bytes:
        """Run a git command that talks to the remote; "{remote}" in the arguments stands for its address.

        Raises CodeHostDown or CodeHostRejected with a sentence that never holds the token; `doing` goes into it, as in
        "fetching".
        """
        if wait := self.circuit.take():
            raise self._left_alone(doing, wait)
        try:
            out = self._run(*arguments, at=at, doing=doing, seconds=seconds, keep_open=keep_open)
        except CodeHostDown as down:
            self.circuit.failed(str(down), down.retry_after)
            raise
        except CodeHostRejected:
            self.circuit.answered()
            raise
        self.circuit.answered()
        return out

    def need_awake(self, doing: str) -> None:
        """Raises CodeHostDown while its server is left alone: whoever would only wait for that need not begin."""
        if wait := self.circuit.resting():
            raise self._left_alone(doing, wait)

    def _left_alone(self, doing: str, wait: float) -> CodeHostDown:
        sentence = f"{doing} {self.name} waits until its server answers again ({self.circuit.why})"
        return CodeHostDown(sentence, wait, was_asked=False)

    def _run(
        self, *arguments: str, at: Path, doing: str, seconds: float = 120.0, keep_open: Sequence[int] = ()
    ) -> bytes:
        words = [argument.replace("{remote}", self.address) for argument in arguments]
        self._need_reached(doing)
        try:
            return run_git(*words, at=at, settings=self._settings(), seconds=seconds, keep_open=keep_open)
        except GitTimedOut as error:
            raise CodeHostDown(f"{self._said(doing, error)}; it is tried again later") from error
        except GitFailed as error:
            if self.token and _NOT_ACCEPTED.search(error.said):
                advice = "GITHUB_TOKEN is not accepted (any more): make a new one, set it and restart"
                raise CodeHostDown(f"{self._said(doing, error)}; {advice}", _UNTIL_PUT_RIGHT) from error
            if _PASSING.search(error.said):
                raise CodeHostDown(f"{self._said(doing, error)}; it is tried again later") from error
            if _RULES.search(error.said):
                raise CodeHostRejected(f"{doing} {self.name} was refused by its rules: {self._ruled(error)}") from error
            if _GONE.search(error.said):
                advice = "the commit is gone there, as after a force-push; press Retry to begin with the latest one"
                raise CodeHostRejected(f"{self._said(doing, error)}; {advice}") from error
            if _REFUSED.search(error.said):
                advice = "check the repository's name, its base branch, and what GITHUB_TOKEN may do there"
                raise CodeHostRejected(f"{self._said(doing, error)}; {advice}") from error
            raise CodeHostDown(f"{self._said(doing, error)}; it is tried again later") from error

    def _need_reached(self, doing: str) -> None:
        """Raises CodeHostDown where its server takes no connection: git would wait for that for over two minutes."""
        parts = urlsplit(self.address)
        if parts.hostname is None or parts.scheme not in _PORTS or any(os.environ.get(name) for name in PROXIES):
            return
        try:
            socket.create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), _CONNECTING).close()
        except TimeoutError as error:
            sentence = f"{doing} {self.name} failed: {parts.hostname} takes no connection"
            raise CodeHostDown(f"{sentence}; it is tried again later") from error
        except OSError:
            return  # git finds out as quickly, and says it as ever

    def _settings(self) -> Mapping[str, str]:
        parts = urlsplit(self.address)
        settings = {
            f"protocol.{parts.scheme or 'file'}.allow": "always",
            "http.lowSpeedLimit": "1000",
            "http.lowSpeedTime": "30",
        }
        if self.token and parts.scheme in ("https", "http"):
            # In the environment and not on the command line, which every user of a machine can read; bound to the
            # host, so that no redirect takes it elsewhere.
            basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
            settings[f"http.{parts.scheme}://{parts.netloc}/.extraHeader"] = f"Authorization: Basic {basic}"
        return settings

    def _said(self, doing: str, error: GitFailed) -> str:
        return f"{doing} {self.name} failed: {self._masked(error.said)[-_SHOWN:]}"

    def _ruled(self, error: GitFailed) -> str:
        """What the other side says of its rules, from its beginning, without git's own lines; and what to do."""
        lines = [line.strip() for line in error.said.splitlines()]
        theirs = [line.removeprefix("remote:").strip(" -—\t") for line in lines if line.startswith("remote:")]
        said = self._masked("; ".join(line for line in theirs if line)) or self._masked(error.said)[-_SHOWN:]
        return (
            f"{said[:_RULES_SHOWN]} (have the repository's rules or its hook let the token's owner push branches of"
            " fixes, or do what they ask for, then press Retry)"
        )

    def _masked(self, said: str) -> str:
        said = " ".join(said.split())
        for secret in (self.token, base64.b64encode(f"x-access-token:{self.token}".encode()).decode()):
            said = said.replace(secret, "***") if self.token else said
        return said


def remote_of(repository: Repository, url: str, token: Callable[[], str], circuit: Circuit) -> Remote:
    """Where the repository is; `url` is the code host's own address, and `circuit` that of its git.

    Raises CodeHostRejected for a bad address.
    """
    address = repository.clone_url or f"{url.rstrip('/')}/{repository.name}.git"
    parts = urlsplit(address)
    if parts.scheme not in _ALLOWED and not address.startswith("/"):
        raise CodeHostRejected(
            f"the address of {repository.name} must begin with https://, or be a folder of this machine; correct its"
            " clone_url in the policy file"
        )
    if parts.username or parts.password:
        raise CodeHostRejected(
            f"the clone_url of {repository.name} holds a user name or password; take it out of the policy file, and set"
            " GITHUB_TOKEN in the environment instead"
        )
    ours = urlsplit(url)
    own = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
    if not own or not parts.netloc:
        return Remote(repository.name, address)
    return Remote(repository.name, address, token(), circuit)
