"""Repositories, issues, files and tokens of the code host, through a real PyGithub and a real git."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from github import BadCredentialsException, GithubException, UnknownObjectException
from github.ContentFile import ContentFile

from playground.codehost import TOKEN
from playground.codehost.git import GitFailed
from tests.playground.codehost.codehost_place import CODE, REPO, Place, git

START = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_account_the_repository_and_the_rate_limit_are_read(place: Place) -> None:
    client = place.client()
    assert client.get_user().login == "signalbox-bot"
    repo = client.get_repo(REPO)
    assert (repo.full_name, repo.default_branch, repo.permissions.push) == (REPO, "main", True)
    assert repo.clone_url == f"{place.url}/{REPO}.git"
    assert client.get_rate_limit().resources.core.remaining > 0


def test_a_call_without_a_token_or_with_a_wrong_one_is_unauthorized(place: Place) -> None:
    with pytest.raises(BadCredentialsException, match="Bad credentials"):
        place.repo("wrong")
    answer = requests.get(f"{place.url}/repos/{REPO}", timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


def test_every_address_is_on_the_host_itself(place: Place) -> None:
    place.host.open_issue(REPO, 1, "One", "text", user="ada")
    place.push("fix")
    place.repo().create_pull("main", "fix", title="Fix", body="")
    for path in ("", "/issues", "/pulls/2", "/branches/fix", "/commits/fix", "/contents", "/compare/main...fix"):
        text = requests.get(f"{place.url}/repos/{REPO}{path}", headers=bearer(), timeout=5).text
        assert text.count("http://") == text.count(place.url) > 0, path


def test_an_address_that_was_set_is_used_whatever_the_client_called(place: Place) -> None:
    place.host.serve("http://code.example:81/")
    answer = requests.get(f"{place.url}/repos/{REPO}", headers=bearer(), timeout=5)
    assert answer.json()["url"] == f"http://code.example:81/repos/{REPO}"


def test_what_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(UnknownObjectException):
        place.client().get_repo("acme/nothing")
    with pytest.raises(UnknownObjectException):
        place.repo().get_issue(99)
    assert requests.get(f"{place.url}/repos/{REPO}/stargazers", headers=bearer(), timeout=5).json()["status"] == "404"


def test_broken_json_is_said_to_be_broken(place: Place) -> None:
    answer = requests.post(f"{place.url}/repos/{REPO}/pulls", data="{", headers=bearer(), timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


def test_issues_are_listed_since_a_time_in_the_order_asked_for_with_pull_requests(place: Place) -> None:
    for number in range(1, 6):
        place.host.open_issue(
            REPO, number, f"Issue {number}", "text", user="ada", created_at=START + timedelta(hours=number)
        )
    place.host.close(REPO, 2, "dana")
    place.push("fix")
    pull = place.repo().create_pull("main", "fix", title="Fix", body="")
    repo = place.repo()
    found = repo.get_issues(state="all", since=START + timedelta(hours=4), sort="updated", direction="asc")
    assert [issue.number for issue in found] == [4, 5, 2, pull.number]
    assert [issue.number for issue in found if issue.pull_request] == [pull.number]
    assert [issue.number for issue in repo.get_issues(state="closed")] == [2]
    assert {issue.number for issue in repo.get_issues()} == {1, 3, 4, 5, pull.number}


def test_long_lists_come_in_pages_linked_to_each_other(place: Place) -> None:
    for number in range(1, 8):
        place.host.open_issue(REPO, number, f"Issue {number}", "", user="ada", created_at=START)
    answer = requests.get(f"{place.url}/repos/{REPO}/issues?per_page=3&page=2", headers=bearer(), timeout=5)
    assert [issue["number"] for issue in answer.json()] == [4, 3, 2]
    assert set(answer.links) == {"first", "prev", "next", "last"}
    assert answer.links["next"]["url"] == f"{place.url}/repos/{REPO}/issues?per_page=3&page=3"
    assert len(list(place.repo().get_issues())) == 7


def test_a_wrong_parameter_is_refused(place: Place) -> None:
    with pytest.raises(GithubException) as refused:
        list(place.repo().get_issues(state="opened"))
    assert refused.value.status == 422


def test_comments_are_made_and_read_and_move_the_issues_time(place: Place) -> None:
    place.host.open_issue(REPO, 31, "Cannot add", "It fails", user="ada", created_at=START)
    issue = place.repo().get_issue(31)
    made = issue.create_comment("On it")
    place.host.comment(REPO, 31, "passer-by", "Me too")
    assert [(c.user.login, c.body) for c in issue.get_comments()] == [
        ("signalbox-bot", "On it"),
        ("passer-by", "Me too"),
    ]
    assert issue.get_comment(made.id).body == "On it"
    assert place.host.issues(REPO)[0].updated_at > START
    with pytest.raises(GithubException) as refused:
        issue.create_comment(" ")
    assert refused.value.status == 422


def test_who_may_write_is_told_from_who_may_not(place: Place) -> None:
    repo = place.repo()
    place.host.open_issue(REPO, None, "Hello", "", user="passer-by")
    assert [repo.get_collaborator_permission(who) for who in ("dana", "lee", "passer-by")] == [
        "write",
        "admin",
        "read",
    ]
    with pytest.raises(UnknownObjectException):
        repo.get_collaborator_permission("nobody")


def test_files_and_folders_are_read_at_a_ref(place: Place) -> None:
    place.push("fix", CODE + "\nTWO = 2\n")
    repo = place.repo()
    there = repo.get_contents("adder.py")
    assert isinstance(there, ContentFile)
    assert there.decoded_content.decode() == CODE
    changed = repo.get_contents("adder.py", ref="fix")
    assert isinstance(changed, ContentFile)
    assert changed.decoded_content.decode().endswith("TWO = 2\n")
    folder = repo.get_contents("")
    assert isinstance(folder, list)
    assert [(f.type, f.path) for f in folder] == [
        ("file", "adder.py"),
        ("dir", "docs"),
        ("file", "test_adder.py"),
    ]
    with pytest.raises(UnknownObjectException):
        repo.get_contents("missing.py")


def test_branches_refs_commits_and_comparisons_agree(place: Place) -> None:
    sha = place.push("topic/fix")
    repo = place.repo()
    assert repo.get_branch("topic/fix").commit.sha == sha
    assert repo.get_git_ref("heads/topic/fix").object.sha == sha
    compared = repo.compare("main", "topic/fix")
    assert (compared.status, compared.ahead_by, compared.total_commits) == ("ahead", 1, 1)
    assert [file.filename for file in compared.files] == ["adder.py"]
    assert next(iter(repo.get_commits("topic/fix"))).sha == sha
    assert repo.get_commit(sha).stats.additions == 3
    with pytest.raises(GithubException) as refused:
        repo.create_git_ref("refs/heads/topic/fix", sha)
    assert (refused.value.status, refused.value.data["message"]) == (422, "Reference already exists")


def test_git_clones_with_the_token_and_not_without(place: Place, tmp_path: Path) -> None:
    address = f"{place.url}/{REPO}.git"
    git(*place.remote(), "clone", "-q", address, str(tmp_path / "copy"), at=tmp_path)
    assert (tmp_path / "copy" / "adder.py").read_text() == CODE
    with pytest.raises(GitFailed, match=r"could not read Username|Authentication failed"):
        git("clone", address, str(tmp_path / "other"), at=tmp_path)


def test_a_read_only_token_reads_and_writes_nothing(place: Place) -> None:
    place.host.add_token("looker", "dana", read_only=True)
    place.host.open_issue(REPO, 31, "Cannot add", "", user="ada")
    issue = place.repo("looker").get_issue(31)
    with pytest.raises(GithubException) as refused:
        issue.create_comment("Hello")
    assert (refused.value.status, refused.value.data["message"]) == (
        403,
        "Resource not accessible by integration",
    )
    with pytest.raises(GitFailed, match="403"):
        place.push("fix", token="looker")
    assert place.host.issues(REPO)[0].comments == ()


def test_a_pull_requests_page_shows_it_and_its_button_merges_it(place: Place) -> None:
    place.push("fix")
    pull = place.repo().create_pull("main", "fix", title="Fix <b>it</b>", body="<script>alert(1)</script>")
    page = requests.get(pull.html_url, timeout=5).text
    assert "Fix &lt;b&gt;it&lt;/b&gt;" in page
    assert "<script" not in page
    elsewhere = requests.post(
        pull.html_url, {"action": "merge", "by": "dana"}, headers={"Origin": "http://evil.example"}, timeout=5
    )
    assert elsewhere.status_code == 403
    requests.post(pull.html_url, {"action": "merge", "by": "dana"}, timeout=5).raise_for_status()
    assert place.host.pull_requests(REPO)[0].merged is True
