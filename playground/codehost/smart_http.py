"""Git over smart HTTP: every request is handed to `git http-backend`, the server that comes with git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playground.codehost.git import quiet_environment
from playground.codehost.problems import SECONDARY_LIMIT
from playground.faults import Fault
from playground.wire import Answer

UNAUTHORIZED = 401
PROBE = b"0000"  # an empty request by which git asks whether it may push, before it sends much
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class GitRequest:
    """One request of a git client; `verb` is info/refs, git-upload-pack or git-receive-pack."""

    method: str
    verb: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def pushes(self) -> bool:
        """Whether write access is needed, as it is already for the list of refs before a push."""
        return "git-receive-pack" in (self.verb, self.query.removeprefix("service="))

    @property
    def fault_name(self) -> str:
        """What faults call it: git.push and git.fetch for what moves objects, its route for the rest."""
        if self.verb == "git-receive-pack" and self.body != PROBE:
            return "github:git.push"
        if self.verb == "git-upload-pack" and b"command=ls-refs" not in self.body[:64]:
            return "github:git.fetch"
        return f"github:{self.method} {self.verb}"


def serve(repository: Path, request: GitRequest, login: str) -> Answer:
    """Let `git http-backend` answer the request for this bare repository."""
    named = {
        "HTTP_CONTENT_ENCODING": "content-encoding",
        "HTTP_GIT_PROTOCOL": "git-protocol",
        "GIT_PROTOCOL": "git-protocol",
        "CONTENT_TYPE": "content-type",
    }
    done = subprocess.run(
        ["git", "http-backend"],
        cwd=repository,
        input=request.body,
        capture_output=True,
        check=False,
        env={
            **quiet_environment(),
            **{name: request.headers[header] for name, header in named.items() if header in request.headers},
            "GIT_PROJECT_ROOT": str(repository.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{repository.name}/{request.verb}",
            "QUERY_STRING": request.query,
            "REQUEST_METHOD": request.method,
            "CONTENT_LENGTH": str(len(request.body)),
            "REMOTE_USER": login,
            "REMOTE_ADDR": "127.0.0.1",
            "HOME": os.devnull,
        },
    )
    if done.returncode or b"\r\n\r\n" not in done.stdout:
        said = done.stderr.decode(errors="replace").strip()
        return plain(500, f"git http-backend failed ({said}). Is it installed? It comes with most builds of git.")
    return _from_cgi(done.stdout)


def plain(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, f"{sentence}\n".encode(), headers or {}, TEXT)


def unauthorized() -> Answer:
    challenge = {"WWW-Authenticate": 'Basic realm="code host"'}
    return plain(401, "Invalid username or token. Password authentication is not supported.", challenge)


def refusal(fault: Fault) -> Answer:
    limited = fault.status in (403, 429)
    headers = {"Retry-After": str(fault.retry_after)} if limited else {}
    return plain(fault.status, SECONDARY_LIMIT if limited else "Server Error", headers)


def _from_cgi(output: bytes) -> Answer:
    head, _, body = output.partition(b"\r\n\r\n")
    status, media_type, headers = 200, "application/octet-stream", {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif name.lower() == "content-type":
            media_type = value.strip()
        else:
            headers[name] = value.strip()
    return Answer(status, body, headers, media_type)
