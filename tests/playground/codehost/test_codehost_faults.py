"""Faults of the code host, met by a real PyGithub and a real git."""

from __future__ import annotations

import subprocess
import sys

import pytest
import requests
from github import GithubException, RateLimitExceededException

from playground.codehost import TOKEN
from playground.codehost.git import GitFailed
from playground.faults import Fault, Kind, Moment
from tests.playground.codehost.codehost_place import REPO, Place


def test_a_pull_request_whose_answer_is_lost_exists_all_the_same(place: Place) -> None:
    place.push("fix")
    repo = place.repo()
    place.faults.plan(Fault("github:pulls.create", Moment.PERFORMED, Kind.DROP))
    with pytest.raises(requests.exceptions.ConnectionError):
        repo.create_pull("main", "fix", title="Fix", body="")
    [found] = repo.get_pulls(head="acme:fix", state="open")
    assert found.title == "Fix"
    assert [fault.kind for fault in place.faults.struck()] == [Kind.DROP]


def test_a_pull_request_dropped_on_receipt_was_never_made(place: Place) -> None:
    place.push("fix")
    repo = place.repo()
    place.faults.plan(Fault("github:pulls.create", Moment.RECEIPT, Kind.DROP))
    with pytest.raises(requests.exceptions.ConnectionError):
        repo.create_pull("main", "fix", title="Fix", body="")
    assert place.host.pull_requests(REPO) == ()
    assert repo.create_pull("main", "fix", title="Fix", body="").number == 1


@pytest.mark.parametrize(("moment", "arrived"), [(Moment.RECEIPT, False), (Moment.PERFORMED, True)])
def test_a_dropped_push_arrives_or_not_by_when_it_is_dropped(place: Place, moment: Moment, arrived: bool) -> None:
    place.faults.plan(Fault("github:git.push", moment, Kind.DROP))
    with pytest.raises(GitFailed):
        place.push("fix")
    assert ("fix" in place.host.branches(REPO)) is arrived


def test_a_rate_limit_says_when_to_come_back_and_the_retry_gets_through(place: Place) -> None:
    repo = place.repo()
    limit = Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=403, retry_after=1)
    place.faults.plan(limit)
    with pytest.raises(RateLimitExceededException) as refused:
        list(repo.get_issues())
    assert refused.value.headers is not None
    assert refused.value.headers["retry-after"] == "1"
    assert list(repo.get_issues()) == []


@pytest.mark.parametrize("status", [429, 500, 502])
def test_a_refused_call_is_answered_in_githubs_form(place: Place, status: int) -> None:
    repo = place.repo()
    place.faults.plan(Fault("github:GET /repos/{owner}/{repo}/branches", Moment.RECEIPT, Kind.REFUSE, status=status))
    with pytest.raises(GithubException) as refused:
        list(repo.get_branches())
    assert refused.value.status == status
    assert refused.value.data["message"]


def test_a_comment_refused_after_it_was_made_is_there(place: Place) -> None:
    place.host.open_issue(REPO, 31, "Cannot add", "", user="ada")
    issue = place.repo().get_issue(31)
    place.faults.plan(Fault("github:comments.create", Moment.PERFORMED, Kind.REFUSE, status=502))
    with pytest.raises(GithubException):
        issue.create_comment("On it")
    assert [comment.body for comment in issue.get_comments()] == ["On it"]


def test_every_effect_has_a_name_that_faults_can_strike(place: Place) -> None:
    place.push("fix")
    repo = place.repo()
    pull = repo.create_pull("main", "fix", title="Fix", body="", draft=True)
    pull.edit(body="More")
    pull.mark_ready_for_review()
    pull.create_review_request(reviewers=["dana"])
    pull.add_to_labels("signalbox")
    pull.create_issue_comment("Done")
    list(repo.get_issues())
    names = {
        "git.push", "pulls.create", "pulls.edit", "graphql.ready", "reviewers.create",
        "labels.add", "comments.create", "issues.list",
    }  # fmt: skip
    assert {name: place.faults.seen(f"github:{name}") for name in names} == dict.fromkeys(names, 1)


def test_a_killed_caller_leaves_the_host_standing(place: Place) -> None:
    place.push("fix")
    script = (
        "import sys, requests\n"
        "requests.post(sys.argv[1] + '/repos/acme/adder/pulls', json={'title': 'Fix', 'head': 'fix',"
        " 'base': 'main'}, headers={'Authorization': 'Bearer ' + sys.argv[2]}, timeout=20)\n"
    )
    place.faults.plan(Fault("github:pulls.create", Moment.PERFORMED, Kind.KILL))
    victim = subprocess.Popen([sys.executable, "-c", script, place.url, TOKEN])
    place.faults.victims.append(victim.pid)
    assert victim.wait(20) == -9
    assert [pull.title for pull in place.host.pull_requests(REPO)] == ["Fix"]
    assert place.repo().get_pull(1).state == "open"
