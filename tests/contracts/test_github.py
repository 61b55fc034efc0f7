"""What only the real adapter can get wrong: GitHub's refusals, lost answers, lines of code, rights, tokens."""

from __future__ import annotations

import base64
import datetime as dt
import socket
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import GithubException
from github.Requester import Requester
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github import API_VERSION, Credentials, GithubCodeHost
from agents.adapters.github.client import Clients, Manners, translated
from agents.errors import CodeHostDown, CodeHostRejected
from agents.exchange import PullRequest
from playground.codehost import TOKEN
from playground.codehost.git import run_git
from playground.faults import Fault, Kind, Moment
from tests.contracts.code_hosts import APPROVER, AT, NAME, WRITER, GithubStand, Stage, change
from tests.contracts.pushing import BRANCH, DRAFT, FIX, opened, push

# ── answers that are lost ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.DROP])
def test_a_pull_request_whose_answer_was_lost_is_found_again(github: GithubStand, kind: Kind) -> None:
    push(github)
    github.faults.plan(Fault("github:pulls.create", Moment.PERFORMED, kind, status=502))
    with pytest.raises(CodeHostDown):
        github.host.ensure_pull_request(github.repository, DRAFT)
    made = github.host.ensure_pull_request(github.repository, DRAFT)
    assert [pull.number for pull in github.playground.pull_requests(NAME)] == [made.number]
    assert github.faults.seen("github:pulls.create") == 1
    assert github.shown(made.number)[2] == ("signalbox",)


@pytest.mark.parametrize("moment", list(Moment))
def test_a_push_whose_answer_was_lost_is_made_once(github: GithubStand, moment: Moment) -> None:
    github.faults.plan(Fault("github:git.push", moment, Kind.DROP))
    with pytest.raises(CodeHostDown):
        push(github)
    sha = push(github)
    assert github.playground.branches(NAME)[BRANCH] == sha
    assert push(github) == sha
    assert github.pushes() == (1 if moment is Moment.PERFORMED else 2)


@pytest.mark.parametrize(
    "call",
    [
        "github:reviewers.create",
        "github:graphql.ready",
        "github:labels.add",
        "github:comments.create",
        "github:replies.create",
    ],
)
def test_every_other_effect_whose_answer_was_lost_is_safe_to_repeat(github: GithubStand, call: str) -> None:
    github.faults.plan(Fault(call, Moment.PERFORMED, Kind.DROP))
    with pytest.raises(CodeHostDown):
        _everything(github)
    made = _everything(github)
    assert (github.faults.seen(call), github.beneath(made.number)) == (1, ["It counts all."])
    pull = github.playground.pull_requests(NAME)[0]
    assert (pull.number, pull.reviewers, pull.labels, pull.draft) == (made.number, (WRITER,), ("signalbox",), False)


def _everything(github: GithubStand) -> PullRequest:
    made = opened(github)
    github.host.ensure_ready(github.repository, made.number)
    github.host.ensure_reviewers(github.repository, made.number, (WRITER,))
    github.host.ensure_comment(github.repository, made.number, "round 2", "Renamed it.")
    if not github.playground.pull_requests(NAME)[0].review_comments:
        github.remark(made.number, APPROVER, "Why sum?", line=1)
    name = f"line-{github.playground.pull_requests(NAME)[0].review_comments[0].id}"
    github.host.ensure_reply(github.repository, made.number, name, "It counts all.")
    return made


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_failed_reading_is_tried_again(github: GithubStand) -> None:
    made = opened(github)
    github.faults.plan(
        Fault("github:GET /repos/{owner}/{repo}/pulls/{number}", Moment.RECEIPT, Kind.REFUSE, status=503)
    )
    assert github.host.pull_request(github.repository, made.number).number == made.number


def test_a_host_that_stays_down_is_said_to_be_down(github: GithubStand) -> None:
    github.faults.plan(Fault("github:pulls.list", Moment.RECEIPT, Kind.REFUSE, status=500, times=20))
    with pytest.raises(CodeHostDown, match="500"):
        github.host.ensure_pull_request(github.repository, DRAFT)


def test_a_rate_limit_says_how_long_to_wait(github: GithubStand) -> None:
    github.faults.plan(Fault("github:pulls.list", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=7, times=20))
    with pytest.raises(CodeHostDown) as down:
        github.host.ensure_pull_request(github.repository, DRAFT)
    assert down.value.retry_after == 7


def test_a_host_that_is_not_there_is_down(github: GithubStand, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        nowhere = f"http://127.0.0.1:{door.getsockname()[1]}"
    credentials = Credentials(TOKEN, api_url=nowhere)
    host = GithubCodeHost(credentials, Mirrors(tmp_path / "elsewhere", nowhere, credentials.token))
    with pytest.raises(CodeHostDown):
        host.pull_request(github.repository, 1)
    with pytest.raises(CodeHostDown):
        host.ensure_branch(github.repository, branch=BRANCH, base_sha="a" * 40, patch=FIX, message="x", at=AT)


def test_a_token_that_is_not_accepted_any_more_is_waited_for_and_never_repeated(github: GithubStand) -> None:
    wrong = "ghp_wrong0123456789"
    host = github.adapter(wrong)
    sentences = []
    for work in (
        lambda: host.pull_request(github.repository, 1),
        lambda: host.ensure_branch(
            github.repository, branch=BRANCH, base_sha=github.base_sha, patch=FIX, message="x", at=AT
        ),
    ):
        with pytest.raises(CodeHostDown) as down:
            work()
        assert down.value.retry_after == 300
        sentences.append(str(down.value))
    assert all("GITHUB_TOKEN" in sentence for sentence in sentences)
    basic = base64.b64encode(f"x-access-token:{wrong}".encode()).decode()
    assert not any(secret in sentence for sentence in sentences for secret in (wrong, basic))


def test_no_token_is_said_in_a_sentence(github: GithubStand) -> None:
    with pytest.raises(CodeHostRejected, match="set GITHUB_TOKEN"):
        github.adapter("").pull_request(github.repository, 1)


def test_a_token_that_may_only_read_is_rejected_with_what_it_lacks(github: GithubStand) -> None:
    github.playground.add_token("reader", WRITER, read_only=True)
    push(github)
    with pytest.raises(CodeHostRejected, match="pull requests"):
        github.adapter("reader").ensure_pull_request(github.repository, DRAFT)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Repository was archived so is read-only.", "unarchived"),
        ("Resource protected by organization SAML enforcement. You must grant your token access.", "Configure SSO"),
        (
            "`acme` forbids access via a fine-grained personal access tokens if they live long.",
            "its owner has to allow",
        ),
        ("Unable to create comment because issue is locked.", "unlock the conversation"),
        ("Resource not accessible by personal access token", "a right is missing"),
    ],
)
def test_a_refusal_says_what_to_do_about_that_one(said: str, advice: str) -> None:
    with pytest.raises(CodeHostRejected, match=advice) as refused, translated("commenting"):
        raise GithubException(403, {"message": said}, {})
    assert said in str(refused.value)


SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{soon}"}


@pytest.mark.parametrize(
    ("status", "said", "headers", "least", "most"),
    [
        (403, "You have exceeded a secondary rate limit.", {}, 60.0, 60.0),
        (429, "Too many requests", {}, 60.0, 60.0),
        (403, "You have exceeded a secondary rate limit.", {"Retry-After": "7"}, 7.0, 7.0),
        (403, "API rate limit exceeded for user ID 1.", SPENT, 500.0, 602.0),
    ],
)
def test_a_limit_on_writing_is_waited_out_also_where_github_does_not_say_how_long(
    status: int, said: str, headers: dict[str, str], least: float, most: float
) -> None:
    told = {name: value.replace("{soon}", str(int(time.time()) + 600)) for name, value in headers.items()}
    with pytest.raises(CodeHostDown) as down, translated("commenting"):
        raise Requester.createException(status, told, {"message": said})
    assert least <= (down.value.retry_after or 0.0) <= most


# ── what must never happen ──────────────────────────────────────────────────────────────────────────────────────


def test_somebody_elses_commit_on_our_branch_is_never_overwritten(github: GithubStand, tmp_path: Path) -> None:
    push(github)
    clone = tmp_path / "clone"
    basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    remote = ("-c", f"http.extraHeader=Authorization: Basic {basic}")
    run_git(*remote, "clone", "-q", "-b", BRANCH, f"{github.url}/{NAME}.git", str(clone), at=tmp_path)
    author = ("-c", "user.name=Dana", "-c", "user.email=dana@shop.example")
    run_git(*author, "commit", "-q", "--allow-empty", "-m", "By hand", at=clone)
    run_git(*remote, "push", "-q", "origin", BRANCH, at=clone)
    by_hand = github.playground.branches(NAME)[BRANCH]
    with pytest.raises(CodeHostRejected, match="somebody else has pushed"):
        push(github, change("shop.py", "def total(items): return len(items)"))
    assert github.playground.branches(NAME)[BRANCH] == by_hand


def test_the_base_branch_is_never_pushed_to(github: GithubStand) -> None:
    with pytest.raises(CodeHostRejected, match="base branch"):
        push(github, branch="main")
    assert github.pushes() == 0


def test_a_patch_that_does_not_fit_is_rejected_before_anything_is_pushed(github: GithubStand) -> None:
    with pytest.raises(CodeHostRejected, match="does not fit"):
        push(github, FIX.replace("-    return 0", "-    return 1"))
    assert github.pushes() == 0


def test_the_token_lands_in_no_file(github: GithubStand) -> None:
    opened(github)
    secrets = (TOKEN.encode(), base64.b64encode(f"x-access-token:{TOKEN}".encode()))
    files = [file for file in (github.folder / "mirrors").rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if any(secret in file.read_bytes() for secret in secrets)]


def test_only_githubs_own_host_is_asked_slowly() -> None:
    assert Manners.towards("https://api.github.com").between_writes == 1
    assert Manners.towards("http://127.0.0.1:8000").between_writes == 0
    assert Manners.towards("https://github.acme.example/api/v3").between_requests == 0


def test_github_is_asked_in_the_version_that_names_the_merge(stage: Stage) -> None:
    asked: list[str] = []

    async def pull(request: Request) -> JSONResponse:
        asked.append(request.headers.get("x-github-api-version", ""))
        return JSONResponse({"message": "Not Found"}, 404)

    stage.app = Starlette(routes=[Route("/{path:path}", pull)])
    credentials = Credentials("token", api_url=stage.url)
    with pytest.raises(CodeHostRejected), translated("reading"):
        Clients(credentials, Manners.towards(stage.url)).mine().get_repo(NAME).get_pull(1).complete()
    assert asked == [API_VERSION]


# ── an App instead of a token ───────────────────────────────────────────────────────────────────────────────────


def test_an_apps_installation_gets_a_token_and_keeps_it_while_it_lasts(stage: Stage) -> None:
    asked: list[str] = []

    async def access_tokens(request: Request) -> JSONResponse:
        asked.append(request.headers["authorization"].split()[0])
        until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        return JSONResponse({"token": "ghs_made", "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}, 201)

    stage.app = Starlette(routes=[Route("/app/installations/{number}/access_tokens", access_tokens, methods=["POST"])])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    app = Credentials(app_id=7, app_key=key.decode(), installation_id=9, api_url=stage.url)
    assert [app.token(), app.token()] == ["ghs_made", "ghs_made"]
    assert asked == ["Bearer"]
