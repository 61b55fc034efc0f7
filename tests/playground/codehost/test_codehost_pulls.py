"""Pull requests on the code host, through a real PyGithub and a real git."""

from __future__ import annotations

import pytest
from github import GithubException

from playground.codehost import Permission, Problem, ReviewState
from playground.codehost.git import GitFailed
from tests.playground.codehost.codehost_place import CODE, REPO, Place, git


def open_pull(place: Place, branch: str = "fix", *, draft: bool = True) -> int:
    place.push(branch)
    pull = place.repo().create_pull("main", branch, title="Fix it", body="Fixes #1", draft=draft)
    return pull.number


def test_a_pushed_branch_becomes_a_draft_pull_request(place: Place) -> None:
    sha = place.push("fix")
    pull = place.repo().create_pull("main", "fix", title="Fix it", body="Why", draft=True)
    assert (pull.draft, pull.state, pull.head.sha, pull.base.ref) == (True, "open", sha, "main")
    assert (pull.user.login, pull.mergeable_state, pull.changed_files) == ("signalbox-bot", "draft", 1)
    assert [file.filename for file in pull.get_files()] == ["adder.py"]
    assert [commit.sha for commit in pull.get_commits()] == [sha]
    assert pull.html_url == f"{place.url}/{REPO}/pull/{pull.number}"


def test_a_second_pull_request_of_the_same_branch_is_refused_and_the_first_is_found(place: Place) -> None:
    number = open_pull(place)
    repo = place.repo()
    with pytest.raises(GithubException) as refused:
        repo.create_pull("main", "fix", title="Again", body="", draft=True)
    assert refused.value.status == 422
    [error] = refused.value.data["errors"]
    assert error["message"] == "A pull request already exists for acme:fix."
    assert [pull.number for pull in repo.get_pulls(state="open", head="acme:fix")] == [number]
    assert list(repo.get_pulls(state="open", head="acme:other")) == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"head": "nowhere"}, ("head", "invalid")),
        ({"base": "nowhere"}, ("base", "invalid")),
        ({"title": ""}, ("title", "missing_field")),
        ({"body": "x" * 65_537}, ("body", "custom")),
        ({"title": "x" * 257}, ("title", "custom")),
    ],
)
def test_a_pull_request_that_github_would_not_take_is_refused(
    place: Place, fields: dict[str, str], error: tuple[str, str]
) -> None:
    place.push("fix")
    asked = {"base": "main", "head": "fix", "title": "Fix", "body": "b", **fields}
    with pytest.raises(GithubException) as refused:
        place.repo().create_pull(asked["base"], asked["head"], title=asked["title"], body=asked["body"])
    assert refused.value.status == 422
    [found] = refused.value.data["errors"]
    assert (found["field"], found["code"]) == error


def test_a_branch_without_commits_of_its_own_makes_no_pull_request(place: Place) -> None:
    repo = place.repo()
    repo.create_git_ref("refs/heads/empty", repo.get_branch("main").commit.sha)
    with pytest.raises(GithubException) as refused:
        repo.create_pull("main", "empty", title="Nothing", body="")
    assert refused.value.data["errors"][0]["message"] == "No commits between main and empty"


def test_a_draft_becomes_ready_and_a_draft_again(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place))
    assert pull.mark_ready_for_review()["pullRequest"] == {"isDraft": False}
    assert place.host.pull_requests(REPO)[0].draft is False
    pull.convert_to_draft()
    assert place.host.pull_requests(REPO)[0].draft is True


def test_an_unknown_node_is_graphqls_not_found(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place))
    pull._node_id = pull._makeStringAttribute("PR_unknown")
    with pytest.raises(GithubException) as refused:
        pull.mark_ready_for_review()
    assert refused.value.status == 404


def test_reviewers_are_collaborators_other_than_the_author(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place))
    pull.create_review_request(reviewers=["dana"])
    assert [user.login for user in pull.get_review_requests()[0]] == ["dana"]
    for wrong in ("signalbox-bot", "stranger"):
        with pytest.raises(GithubException) as refused:
            pull.create_review_request(reviewers=["lee", wrong])
        assert refused.value.status == 422
    assert place.host.pull_requests(REPO)[0].reviewers == ("dana",)


def test_a_review_with_comments_is_read_and_answered(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place))
    pull.create_review_request(reviewers=["dana"])
    place.host.review(
        REPO, pull.number, "dana", ReviewState.CHANGES_REQUESTED, body="No", comments=[("adder.py", 4, "Why?")]
    )
    [review] = pull.get_reviews()
    assert (review.user.login, review.state, review.body) == ("dana", "CHANGES_REQUESTED", "No")
    [comment] = pull.get_review_comments()
    assert (comment.path, comment.line, comment.body) == ("adder.py", 4, "Why?")
    reply = pull.create_review_comment_reply(comment.id, "Because")
    assert reply.in_reply_to_id == comment.id
    assert place.host.pull_requests(REPO)[0].reviewers == ()


def test_nobody_approves_their_own_pull_request(place: Place) -> None:
    number = open_pull(place)
    with pytest.raises(Problem, match="own pull request"):
        place.host.review(REPO, number, "signalbox-bot", ReviewState.APPROVED)


def test_labels_are_made_when_they_are_new_and_added_once(place: Place) -> None:
    repo = place.repo()
    pull = repo.get_pull(open_pull(place))
    repo.create_label("signalbox", "5319e7", "Made by the bot")
    pull.add_to_labels("signalbox", "fresh")
    pull.add_to_labels("signalbox")
    assert [label.name for label in pull.get_labels()] == ["signalbox", "fresh"]
    with pytest.raises(GithubException) as refused:
        repo.create_label("Signalbox", "5319e7")
    assert refused.value.data["errors"] == [{"resource": "Label", "field": "name", "code": "already_exists"}]


def test_a_person_merges_and_a_real_merge_commit_appears(place: Place) -> None:
    place.host.open_issue(REPO, 31, "Cannot add", "It fails", user="ada")
    head = place.push("fix")
    pull = place.repo().create_pull("main", "fix", title="Fix it", body="Fixes #31")
    before = place.host.branches(REPO)["main"]
    sha = place.host.merge(REPO, pull.number, "dana")
    commit = place.repo().get_commit(sha)
    assert [parent.sha for parent in commit.parents] == [before, head]
    assert commit.author is not None
    assert commit.author.login == "dana"
    assert place.host.branches(REPO)["main"] == sha
    seen = place.repo().get_pull(pull.number)
    assert (seen.merged, seen.state, seen.merge_commit_sha, seen.is_merged()) == (True, "closed", sha, True)
    assert seen.merged_by.login == "dana"
    assert place.repo().get_issue(31).state == "closed"


def test_merging_is_refused_for_a_draft_a_conflict_a_reader_and_a_second_time(place: Place) -> None:
    draft = open_pull(place, "draft")
    with pytest.raises(Problem, match="still a draft"):
        place.host.merge(REPO, draft, "dana")
    place.back_to_main()
    place.push("other", CODE.replace("a + b", "b + a"))
    place.back_to_main()
    place.push("clash", CODE.replace("a + b", "a - -b"))
    repo = place.repo()
    other = repo.create_pull("main", "other", title="Other", body="")
    clash = repo.create_pull("main", "clash", title="Clash", body="")
    place.host.add_person("reader", Permission.READ)
    with pytest.raises(Problem, match="write access"):
        place.host.merge(REPO, other.number, "reader")
    place.host.merge(REPO, other.number, "dana")
    with pytest.raises(Problem, match="not mergeable"):
        place.host.merge(REPO, clash.number, "dana")
    with pytest.raises(Problem, match="not mergeable"):
        place.host.merge(REPO, other.number, "dana")
    assert (repo.get_pull(clash.number).mergeable, repo.get_pull(clash.number).mergeable_state) == (
        False,
        "dirty",
    )


def test_the_bot_may_merge_through_the_api_only_the_head_it_names(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place, draft=False))
    with pytest.raises(GithubException) as refused:
        pull.merge(sha="0" * 40)
    assert refused.value.status == 409
    assert pull.merge(sha=pull.head.sha).merged is True


def test_a_pull_request_is_closed_unmerged_and_opened_again(place: Place) -> None:
    number = open_pull(place)
    place.host.close(REPO, number, "dana")
    seen = place.repo().get_pull(number)
    shown: tuple[str, bool, bool | None] = (seen.state, seen.merged, seen.mergeable)  # PyGithub forgets that it is null
    assert shown == ("closed", False, None)
    closer = seen.as_issue().closed_by
    assert closer is not None
    assert closer.login == "dana"
    place.host.reopen(REPO, number, "dana")
    assert place.repo().get_pull(number).state == "open"


def test_a_further_push_moves_the_head_and_a_deleted_branch_closes(place: Place) -> None:
    number = open_pull(place)
    sha = place.push("fix", CODE + "\nTHREE = 3\n")
    repo = place.repo()
    assert repo.get_pull(number).head.sha == sha
    repo.get_git_ref("heads/fix").delete()
    assert repo.get_pull(number).state == "closed"


def test_title_and_body_are_edited(place: Place) -> None:
    pull = place.repo().get_pull(open_pull(place))
    pull.edit(title="Better", body="Longer")
    assert [(p.title, p.body) for p in place.host.pull_requests(REPO)] == [("Better", "Longer")]


def test_the_default_branch_takes_no_push(place: Place) -> None:
    (place.clone / "adder.py").write_text("broken = True\n")
    git("commit", "-qam", "Straight in", at=place.clone)
    with pytest.raises(GitFailed, match="GH006: Protected branch"):
        git(*place.remote(), "push", f"{place.url}/{REPO}.git", "main", at=place.clone)
