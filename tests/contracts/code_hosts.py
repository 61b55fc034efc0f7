"""The code hosts that the contract is tried on, each with what people do on it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github import Credentials, GithubCodeHost
from agents.adapters.github.client import Manners
from agents.exchange import Check, Remark
from agents.ports import CodeHost
from agents.terms import Repository
from playground.codehost import BOT, TOKEN, CheckRunner, Permission, ReviewState
from playground.codehost import CodeHost as Playground
from playground.faults import Faults
from storage.records import CheckState
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import make_repository

NAME = "acme/shop"
FILES = {"shop.py": "def total(items):\n    return 0\n", "check.sh": "echo all is well\n", "notes.txt": "one\ntwo\n"}
AT = 1_767_000_000.5
WRITER, PASSER_BY, APPROVER = "dana", "passer-by", "lee"
_MARK = "\n\n<!-- signalbox wrote: "
_PATIENCE = Manners(timeout=10, retries=1, longest_wait=0.5, between_requests=0, between_writes=0)


def change(path: str, new: str) -> str:
    """A patch that replaces a file of FILES by one line."""
    old = FILES[path].splitlines()
    lost = "".join(f"-{line}\n" for line in old)
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{len(old)} +1 @@\n{lost}+{new}\n"


class Stand(Protocol):
    """A code host under test, and what people do there."""

    repository: Repository
    base_sha: str

    @property
    def host(self) -> CodeHost: ...

    def pushes(self) -> int: ...

    def shown(self, number: int) -> tuple[str, str, tuple[str, ...]]: ...

    def end_checks(self, number: int, *, red: bool) -> None: ...

    def remark(self, number: int, author: str, text: str, line: int = 0) -> None: ...

    def beneath(self, number: int) -> list[str]: ...

    def edit(self, number: int, **words: str) -> None: ...

    def merge(self, number: int, by: str) -> None: ...

    def close(self, number: int) -> None: ...


@dataclass
class FakeStand:
    """The fake."""

    host: FakeCodeHost = field(default_factory=lambda: FakeCodeHost(unknown_people=frozenset({"nobody", PASSER_BY})))
    repository: Repository = field(default_factory=lambda: Repository(name=NAME))
    base_sha: str = "b" * 40

    def pushes(self) -> int:
        return self.host.pushes

    def shown(self, number: int) -> tuple[str, str, tuple[str, ...]]:
        draft = self.host.drafts[number]
        return draft.title, draft.body, (draft.label,)

    def end_checks(self, number: int, *, red: bool) -> None:
        state = CheckState.RED if red else CheckState.GREEN
        self.host.set_checks(number, Check(name="tests", state=state, log="total is wrong" if red else ""))

    def remark(self, number: int, author: str, text: str, line: int = 0) -> None:
        if author != BOT:
            known = len(self.host.pull_requests[number].remarks)
            name, place = (f"line-{known}", f"shop.py:{line}") if line else (f"comment-{known}", "")
            said = f"{place}: {text}" if line else text
            self.host.remark(number, Remark(id=name, author=author, text=said, place=place, may_write=author == WRITER))

    def beneath(self, number: int) -> list[str]:
        return [text for (pull, _), text in self.host.replies.items() if pull == number]

    def edit(self, number: int, **words: str) -> None:
        self.host.edit(number, **words)

    def merge(self, number: int, by: str) -> None:
        self.host.merge(number, by)

    def close(self, number: int) -> None:
        self.host.close(number)


@dataclass
class GithubStand:
    """The real adapter, over HTTP, against the playground's code host with its checks."""

    playground: Playground
    faults: Faults
    url: str
    folder: Path
    token: str = TOKEN
    base_sha: str = ""
    host: GithubCodeHost = field(init=False)

    def __post_init__(self) -> None:
        self.host = self.adapter(self.token)
        self.repository = Repository(name=NAME)
        self.base_sha = self.playground.branches(NAME)["main"]

    def adapter(self, token: str, manners: Manners = _PATIENCE) -> GithubCodeHost:
        credentials = Credentials(token, api_url=self.url)
        return GithubCodeHost(credentials, Mirrors(self.folder / "mirrors", self.url, credentials.token), manners)

    def pushes(self) -> int:
        return self.faults.seen("github:git.push")

    def shown(self, number: int) -> tuple[str, str, tuple[str, ...]]:
        pull = next(pull for pull in self.playground.pull_requests(NAME) if pull.number == number)
        return pull.title, pull.body.replace("\r\n", "\n").partition(_MARK)[0], pull.labels

    def end_checks(self, number: int, *, red: bool) -> None:
        """Its checks are real: they run `check.sh` of the pushed commit."""
        deadline = time.monotonic() + 15
        wanted = CheckState.RED if red else CheckState.GREEN
        while self.host.pull_request(self.repository, number).verdict is not wanted:
            assert time.monotonic() < deadline, f"the checks of #{number} did not become {wanted}"
            time.sleep(0.02)

    def remark(self, number: int, author: str, text: str, line: int = 0) -> None:
        if line:
            state = ReviewState.COMMENTED
            self.playground.review(NAME, number, author, state, comments=[("shop.py", line, text)])
        else:
            self.playground.comment(NAME, number, author, text)

    def beneath(self, number: int) -> list[str]:
        pull = next(pull for pull in self.playground.pull_requests(NAME) if pull.number == number)
        return [one.body.partition("\n\n<!--")[0] for one in pull.review_comments if one.in_reply_to is not None]

    def edit(self, number: int, **words: str) -> None:
        """As on a page: what is not shown stays where it is."""
        pull = next(pull for pull in self.playground.pull_requests(NAME) if pull.number == number)
        shown, mark, rest = pull.body.replace("\r\n", "\n").partition(_MARK)
        body = f"{words.get('body', shown)}{mark}{rest}"
        self.playground.edit_issue(NAME, number, WRITER, title=words.get("title"), body=body.replace("\n", "\r\n"))

    def merge(self, number: int, by: str) -> None:
        self.playground.merge(NAME, number, by)

    def close(self, number: int) -> None:
        self.playground.close(NAME, number, WRITER)


def github_stand(folder: Path, served: Stage) -> GithubStand:
    """A code host with one repository, people, and checks; to be stopped afterwards."""
    faults = Faults()
    make_repository(folder / "source", FILES)
    playground = Playground(folder / "root", faults, checks=CheckRunner(command=("sh", "check.sh")))
    playground.add_repository(NAME, folder / "source")
    playground.add_person(WRITER, Permission.WRITE)
    playground.add_person(APPROVER, Permission.ADMIN)
    served.app = playground.app
    return GithubStand(playground, faults, served.url, folder)


class Stage:
    """One served address for all tests, since starting a server for each would take most of the time."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "no code host is open"
        await self.app(scope, receive, send)
