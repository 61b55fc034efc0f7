"""GitHub that does not answer is left alone: by everybody, and not for a minute longer than it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github import Credentials, GithubCodeHost
from agents.adapters.github.client import Manners
from agents.circuit import Circuit, Rest
from agents.errors import CodeHostDown, CodeHostRejected
from playground.codehost import TOKEN
from playground.faults import Fault, Kind, Moment
from tests.contracts.code_hosts import GithubStand
from tests.contracts.pushing import opened

PULL = "github:GET /repos/{owner}/{repo}/pulls/{number}"
AT_ONCE = Manners(timeout=10, retries=0, longest_wait=0.0, between_requests=0, between_writes=0)


class Told:
    """A host whose circuit's clock is moved by hand."""

    def __init__(self, github: GithubStand, manners: Manners = AT_ONCE, url: str = "") -> None:
        self.at, self.rests = 0.0, list[Rest | None]()
        credentials = Credentials(TOKEN, api_url=url or github.url)
        mirrors = Mirrors(github.folder / "others", github.url, credentials.token)
        circuit = Circuit(self.rests.append, clock=lambda: self.at)
        self.host = GithubCodeHost(credentials, mirrors, manners, circuit)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """It takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=20) as door:
        door.settimeout(0)
        yield door


def test_after_three_failures_nobody_asks_until_one_has_tried(github: GithubStand) -> None:
    number, told = opened(github).number, Told(github)
    told.host.name_of(github.repository.name)
    github.faults.plan(Fault(PULL, Moment.RECEIPT, Kind.REFUSE, status=502, times=4))
    for _ in range(3):
        with pytest.raises(CodeHostDown, match="502"):
            told.host.pull_request(github.repository, number)
    asked = github.faults.calls()
    for work in (
        lambda: told.host.pull_request(github.repository, number),
        lambda: told.host.ensure_ready(github.repository, number),
        lambda: told.host.touching(github.repository, ("shop.py",), merged=False),
    ):
        with pytest.raises(CodeHostDown, match=r"waits until GitHub answers again .*502") as down:
            work()
        assert (down.value.was_asked, down.value.retry_after) == (False, 15.0)
    assert github.faults.calls() == asked

    told.at = 15.0
    with pytest.raises(CodeHostDown, match="502"):
        told.host.pull_request(github.repository, number)
    told.at = 45.0
    assert told.host.pull_request(github.repository, number).number == number
    assert [rest.seconds if rest else 0.0 for rest in told.rests] == [15.0, 30.0, 0.0]


def test_what_github_asks_for_is_granted_to_it_by_everybody_at_once(github: GithubStand) -> None:
    number, told = opened(github).number, Told(github)
    told.host.name_of(github.repository.name)
    github.faults.plan(Fault(PULL, Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=77))
    with pytest.raises(CodeHostDown):
        told.host.pull_request(github.repository, number)
    with pytest.raises(CodeHostDown) as down:
        told.host.is_public(github.repository)
    assert (down.value.was_asked, down.value.retry_after) == (False, 77.0)


def test_a_no_is_an_answer(github: GithubStand) -> None:
    told = Told(github)
    for _ in range(5):
        with pytest.raises(CodeHostRejected):
            told.host.pull_request(github.repository, 99)
    assert told.rests == []


def test_a_github_that_says_nothing_is_waited_for_once_and_not_for_each_retry(
    github: GithubStand, silent: socket.socket
) -> None:
    manners = Manners(timeout=1, retries=2, longest_wait=0.0, between_requests=0, between_writes=0)
    told = Told(github, manners, f"http://127.0.0.1:{silent.getsockname()[1]}")
    with pytest.raises(CodeHostDown, match="did not answer"):
        told.host.name_of("acme/shop")
    with silent.accept()[0], pytest.raises(BlockingIOError):
        silent.accept()
