"""Routes about pull requests: making, changing, reviewing and merging them."""

from __future__ import annotations

from playground.codehost import replying, review_shapes
from playground.codehost.merging import MergeMethod, merge
from playground.codehost.problems import FieldError, invalid, not_found
from playground.codehost.records import CheckStatus, Conclusion, Issue, Pull
from playground.codehost.repository import Repository
from playground.codehost.repository_routes import REPO
from playground.codehost.rest import Call, Route
from playground.codehost.shapes import Json
from playground.wire import Answer

PULL = REPO + "/pulls/{number}"


def listed(call: Call) -> Answer:
    """Pull requests; `head` is owner:branch, and is not looked at in any other form, as on GitHub."""
    state = call.choice("state", ("open", "closed", "all"))
    sort = call.choice("sort", ("created", "updated", "popularity", "long-running"))
    newest_first = call.query.get("direction", "desc" if sort == "created" else "asc") == "desc"
    head, base = call.query.get("head", ""), call.query.get("base")
    owner, colon, branch = head.partition(":")
    rows = [
        (issue, pull)
        for issue, pull in call.repository.pulls()
        if state in ("all", issue.state.value)
        and (not colon or (owner, branch) == (call.repository.owner, pull.head))
        and base in (None, pull.base)
    ]
    rows.sort(
        key=lambda row: (row[0].updated_at if sort == "updated" else row[0].created_at, row[0].number),
        reverse=newest_first,
    )
    return call.page(rows, lambda row: call.shapes.pull(*row))


def create(call: Call) -> Answer:
    call.needs_write()
    fields = call.fields
    draft = fields.get("draft", False)
    if not isinstance(draft, bool):
        raise invalid(FieldError("PullRequest", "invalid", "draft"))
    issue = call.repository.open_pull(
        call.by, fields.get("title"), fields.get("body"), fields.get("head"), fields.get("base"), draft=draft
    )
    return Answer(201, whole(call, issue.number))


def get(call: Call) -> Answer:
    return Answer(200, whole(call, call.number()))


def whole(call: Call, number: int) -> Json:
    """A pull request with what only its own page shows: merging, counts."""
    issue, pull = call.repository.pull(number)
    git = call.repository.git
    base = git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    files = git.changes(base, pull.head_sha)
    mergeable = call.repository.mergeable_tree(pull) is not None if issue.open else None
    return {
        **call.shapes.pull(issue, pull),
        "merged": pull.merged,
        "merged_by": call.shapes.person(pull.merged_by) if pull.merged_by else None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": _mergeable_state(call.repository, pull, mergeable=mergeable),
        "comments": len(issue.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": False,
        "commits": len(git.log(f"{base}..{pull.head_sha}")),
        "additions": sum(f.additions for f in files),
        "deletions": sum(f.deletions for f in files),
        "changed_files": len(files),
    }


def _mergeable_state(repository: Repository, pull: Pull, *, mergeable: bool | None) -> str:
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    if pull.draft:
        return "draft"
    checks = [check for check in repository.checks if check.head_sha == pull.head_sha]
    green = all(c.status is CheckStatus.COMPLETED and c.conclusion is Conclusion.SUCCESS for c in checks)
    return "clean" if green else "unstable"


def edit(call: Call) -> Answer:
    call.needs_write()
    issue, pull = call.repository.pull(call.number())
    fields = call.fields
    if "base" in fields:
        call.repository.change_base(issue, pull, fields["base"])
    call.repository.edit(issue, call.by, fields.get("title"), fields.get("body"), fields.get("state"))
    return Answer(200, whole(call, issue.number))


def requested_reviewers(call: Call) -> Answer:
    _, pull = call.repository.pull(call.number())
    people = [call.shapes.person(person) for person in pull.requested_reviewers]
    return Answer(200, {"users": people, "teams": []})


def request_reviewers(call: Call) -> Answer:
    call.needs_write()
    issue, pull = call.repository.pull(call.number())
    if call.fields.get("team_reviewers"):
        raise invalid("This host has no teams.")
    call.repository.request_reviewers(issue, pull, call.names("reviewers"))
    return Answer(201, call.shapes.pull(issue, pull))


def unrequest_reviewers(call: Call) -> Answer:
    call.needs_write()
    issue, pull = call.repository.pull(call.number())
    dropped = {login.lower() for login in call.names("reviewers")}
    pull.requested_reviewers = [p for p in pull.requested_reviewers if p.login.lower() not in dropped]
    return Answer(200, call.shapes.pull(issue, pull))


def reviews(call: Call) -> Answer:
    issue, pull = call.repository.pull(call.number())
    return call.page(pull.reviews, lambda review: review_shapes.review(call.shapes, issue.number, review))


def review_comments(call: Call) -> Answer:
    issue, pull = call.repository.pull(call.number())
    return call.page(pull.review_comments, lambda c: review_shapes.review_comment(call.shapes, issue.number, c))


def reply(call: Call) -> Answer:
    """Answer a review comment; the answer belongs to a review of its own, as on GitHub."""
    made = replying.reply(call.repository, call.number(), call.by, call.number("id"), call.fields.get("body"))
    return Answer(201, review_shapes.review_comment(call.shapes, call.number(), made))


def commits(call: Call) -> Answer:
    _, pull = call.repository.pull(call.number())
    rows = call.repository.git.log(f"{pull.base_sha}..{pull.head_sha}")
    return call.page(rows[::-1], call.shapes.commit)


def files(call: Call) -> Answer:
    _, pull = call.repository.pull(call.number())
    git = call.repository.git
    base = git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    return call.page(git.changes(base, pull.head_sha), lambda change: call.shapes.file(change, pull.head_sha))


def is_merged(call: Call) -> Answer:
    if not call.repository.pull(call.number())[1].merged:
        raise not_found()
    return Answer(204)


def put_merge(call: Call) -> Answer:
    call.needs_write()
    fields = call.fields
    sha = merge(
        call.repository,
        call.number(),
        call.by,
        method=fields.get("merge_method", MergeMethod.MERGE),
        expected_head=fields.get("sha"),
        title=fields.get("commit_title"),
        message=fields.get("commit_message"),
    )
    return Answer(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def of_commit(call: Call) -> Answer:
    """The pull requests that a commit is the head or the merge of."""

    def belongs(row: tuple[Issue, Pull]) -> bool:
        return call.path["ref"] in (row[1].head_sha, row[1].merge_commit_sha)

    return call.page(list(filter(belongs, call.repository.pulls())), lambda row: call.shapes.pull(*row))


ROUTES = (
    Route("GET", REPO + "/pulls", listed, "pulls.list"),
    Route("POST", REPO + "/pulls", create, "pulls.create"),
    Route("GET", PULL, get),
    Route("PATCH", PULL, edit, "pulls.edit"),
    Route("GET", PULL + "/requested_reviewers", requested_reviewers),
    Route("POST", PULL + "/requested_reviewers", request_reviewers, "reviewers.create"),
    Route("DELETE", PULL + "/requested_reviewers", unrequest_reviewers),
    Route("GET", PULL + "/reviews", reviews),
    Route("GET", PULL + "/comments", review_comments),
    Route("POST", PULL + "/comments/{id}/replies", reply, "replies.create"),
    Route("GET", PULL + "/commits", commits),
    Route("GET", PULL + "/files", files),
    Route("GET", PULL + "/merge", is_merged),
    Route("PUT", PULL + "/merge", put_merge),
    Route("GET", REPO + "/commits/{ref:path}/pulls", of_commit),
)
