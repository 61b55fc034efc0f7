"""Routes about issues, which include pull requests as GitHub's do, and their comments and labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playground.codehost.problems import not_found
from playground.codehost.records import Issue
from playground.codehost.repository_routes import REPO
from playground.codehost.rest import Call, Route
from playground.codehost.rules import whole_seconds
from playground.wire import Answer

ISSUE = REPO + "/issues/{number}"
SORT_KEYS: dict[str, Callable[[Issue], datetime | int]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "comments": lambda issue: len(issue.comments),
}


def listed(call: Call) -> Answer:
    """Issues and pull requests; `since` asks for those updated at or after a time."""
    state = call.choice("state", ("open", "closed", "all"))
    key = SORT_KEYS[call.choice("sort", tuple(SORT_KEYS))]
    newest_first = call.choice("direction", ("desc", "asc")) == "desc"
    since = call.time("since")
    wanted = {name.strip().lower() for name in call.query.get("labels", "").split(",") if name.strip()}
    creator = call.query.get("creator", "").lower()
    found = [
        issue
        for issue in call.repository.issues.values()
        if state in ("all", issue.state.value)
        and (since is None or issue.updated_at >= whole_seconds(since))
        and wanted <= {label.name.lower() for label in issue.labels}
        and creator in ("", issue.user.login.lower())
    ]
    found.sort(key=lambda issue: (key(issue), issue.number), reverse=newest_first)
    return call.page(found, call.shapes.issue)


def get(call: Call) -> Answer:
    return Answer(200, call.shapes.issue(call.repository.issue(call.number())))


def create(call: Call) -> Answer:
    fields = call.fields
    issue = call.repository.open_issue(call.by, fields.get("title"), fields.get("body"))
    if call.by.permission.may_write:
        call.repository.add_labels(issue, call.names("labels"))
    return Answer(201, call.shapes.issue(issue))


def edit(call: Call) -> Answer:
    issue, fields = call.repository.issue(call.number()), call.fields
    if issue.user.id != call.by.id:
        call.needs_write()
    call.repository.edit(issue, call.by, fields.get("title"), fields.get("body"), fields.get("state"))
    return Answer(200, call.shapes.issue(issue))


def comments(call: Call) -> Answer:
    issue, since = call.repository.issue(call.number()), call.time("since")
    rows = [c for c in issue.comments if since is None or c.updated_at >= whole_seconds(since)]
    return call.page(rows, lambda comment: call.shapes.comment(issue, comment))


def comment(call: Call) -> Answer:
    issue = call.repository.issue(call.number())
    made = call.repository.comment(issue, call.by, call.fields.get("body"))
    return Answer(201, call.shapes.comment(issue, made))


def one_comment(call: Call) -> Answer:
    wanted = call.number("id")
    for issue in call.repository.issues.values():
        for found in issue.comments:
            if found.id == wanted:
                return Answer(200, call.shapes.comment(issue, found))
    raise not_found()


def events(call: Call) -> Answer:
    """Its closings and reopenings, oldest first."""
    issue = call.repository.issue(call.number())
    return call.page(issue.state_changes, call.shapes.state_change)


def labels(call: Call) -> Answer:
    return call.page(call.repository.issue(call.number()).labels, call.shapes.label)


def add_labels(call: Call) -> Answer:
    call.needs_write()
    issue = call.repository.issue(call.number())
    call.repository.add_labels(issue, call.names("labels"))
    return Answer(200, [call.shapes.label(label) for label in issue.labels])


def remove_label(call: Call) -> Answer:
    call.needs_write()
    issue, name = call.repository.issue(call.number()), call.path["name"].lower()
    kept = [label for label in issue.labels if label.name.lower() != name]
    if len(kept) == len(issue.labels):
        raise not_found()
    issue.labels = kept
    call.repository.touch(issue)
    return Answer(200, [call.shapes.label(label) for label in kept])


ROUTES = (
    Route("GET", REPO + "/issues", listed, "issues.list"),
    Route("POST", REPO + "/issues", create),
    Route("GET", REPO + "/issues/comments/{id}", one_comment),
    Route("GET", ISSUE, get, "issues.get"),
    Route("PATCH", ISSUE, edit),
    Route("GET", ISSUE + "/comments", comments),
    Route("POST", ISSUE + "/comments", comment, "comments.create"),
    Route("GET", ISSUE + "/events", events, "issues.events"),
    Route("GET", ISSUE + "/labels", labels),
    Route("POST", ISSUE + "/labels", add_labels, "labels.add"),
    Route("DELETE", ISSUE + "/labels/{name}", remove_label),
)
