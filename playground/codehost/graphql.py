"""The two GraphQL mutations that REST has no word for: ready for review, and back to draft."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playground.codehost.problems import Problem
from playground.codehost.records import Actor, Issue, Pull
from playground.codehost.repository import Repository
from playground.codehost.shapes import Json, node_id
from playground.wire import Answer

MUTATIONS = {"markPullRequestReadyForReview": "graphql.ready", "convertPullRequestToDraft": "graphql.draft"}
INPUT_ID = re.compile(r'pullRequestId:\s*"([^"]+)"')


def mutation_of(body: Any) -> str | None:
    """Which of the known mutations a request asks for."""
    query = body.get("query") if isinstance(body, dict) else None
    return next((name for name in MUTATIONS if isinstance(query, str) and name in query), None)


def fault_name(body: Any) -> str:
    mutation = mutation_of(body)
    return f"github:{MUTATIONS[mutation]}" if mutation else "github:POST /graphql"


def perform(repositories: Iterable[Repository], actor: Actor, base: str, body: Any) -> Answer:
    """Carry the mutation out; GraphQL's own errors come with status 200, as on GitHub."""
    mutation = mutation_of(body)
    if mutation is None:
        known = " and ".join(MUTATIONS)
        return _error("undefinedField", f"this host knows only the mutations {known}", "mutation")
    given = _input(body)
    wanted = str(given.get("pullRequestId", ""))
    found = _find(repositories, wanted)
    if found is None:
        return _error("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'", mutation)
    if actor.read_only or not actor.person.permission.may_write:
        return _error("FORBIDDEN", "Resource not accessible by integration", mutation)
    repository, issue, pull = found
    try:
        repository.set_draft(issue, pull, draft=mutation == "convertPullRequestToDraft")
    except Problem as problem:
        return _error("UNPROCESSABLE", str(problem.errors[0]), mutation)
    fields = {
        "id": wanted,
        "number": issue.number,
        "isDraft": pull.draft,
        "state": "OPEN",
        "title": issue.title,
        "url": f"{base}/{repository.full_name}/pull/{issue.number}",
    }
    asked = {name: value for name, value in fields.items() if re.search(rf"\b{name}\b", body["query"])}
    answer: Json = {"pullRequest": asked}
    if "clientMutationId" in body["query"]:
        answer["clientMutationId"] = given.get("clientMutationId")
    return Answer(200, {"data": {mutation: answer}})


def _input(body: Json) -> Json:
    """The mutation's input, from the variables or written into the query."""
    variables = body.get("variables") or {}
    for value in (variables.get("input"), variables):
        if isinstance(value, dict) and "pullRequestId" in value:
            return value
    inline = INPUT_ID.search(body["query"])
    if inline:
        return {"pullRequestId": inline[1]}
    named = next((value for value in variables.values() if isinstance(value, str)), "")
    return {"pullRequestId": named}


def _find(repositories: Iterable[Repository], wanted: str) -> tuple[Repository, Issue, Pull] | None:
    for repository in repositories:
        for issue, pull in repository.pulls():
            if node_id("PR", pull.id) == wanted:
                return repository, issue, pull
    return None


def _error(kind: str, message: str, path: str) -> Answer:
    return Answer(200, {"data": {path: None}, "errors": [{"type": kind, "path": [path], "message": message}]})
