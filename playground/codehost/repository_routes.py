"""Routes about a repository: itself, its branches, refs, commits, files, people."""

from __future__ import annotations

import base64
from typing import Any

from playground.codehost.git import BareRepository, GitFailed, TreeEntry
from playground.codehost.problems import FieldError, Problem, invalid, not_found
from playground.codehost.rest import HOURLY, Call, Route
from playground.codehost.shapes import Json, Shapes, person_json
from playground.wire import Answer

REPO = "/repos/{owner}/{repo}"
HEADS = "heads/"
COMPARED = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
MOST_COMMITS = 250


def user(call: Call) -> Answer:
    return Answer(200, person_json(call.base, call.by))


def repositories(call: Call) -> Answer:
    """All that are here, with what the caller may do in them; everybody sees everything."""
    return call.page(call.every, lambda each: Shapes(call.base, each).repo_for(call.by.permission))


def user_by_login(call: Call) -> Answer:
    return Answer(200, person_json(call.base, call.directory.known(call.path["login"])))


def rate_limit(call: Call) -> Answer:
    del call
    core = {"limit": HOURLY, "used": 1, "remaining": HOURLY - 1, "reset": 2_000_000_000}
    return Answer(200, {"resources": {"core": core, "search": core, "graphql": core}, "rate": core})


def repository(call: Call) -> Answer:
    return Answer(200, call.shapes.repo_for(call.by.permission))


def branches(call: Call) -> Answer:
    rows = list(call.repository.git.branches().items())
    return call.page(rows, lambda row: _branch(call, *row))


def branch(call: Call) -> Answer:
    name = call.path["branch"]
    sha = call.repository.git.branch(name)
    if sha is None:
        raise Problem(404, "Branch not found")
    [commit] = call.repository.git.log(sha, limit=1)
    return Answer(200, {**_branch(call, name, sha), "commit": call.shapes.commit(commit)})


def branch_rules(call: Call) -> Answer:
    """There are no rulesets here; the branch need not exist."""
    rules: list[Json] = []
    return call.page(rules, lambda rule: rule)


def _branch(call: Call, name: str, sha: str) -> Json:
    default = name == call.repository.git.default_branch
    required = call.repository.required_checks if default else []
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{call.shapes.api}/commits/{sha}"},
        "protected": default,
        "protection": {
            "enabled": default,
            "required_status_checks": {"enforcement_level": "non_admins" if required else "off", "contexts": required},
        },
    }


def ref(call: Call) -> Answer:
    name = call.path["ref"]
    sha = call.repository.git.branch(name.removeprefix(HEADS)) if name.startswith(HEADS) else None
    if sha is None:
        raise not_found()
    return Answer(200, _ref(call, name, sha))


def matching_refs(call: Call) -> Answer:
    prefix = call.path.get("ref", "")
    rows = [(HEADS + name, sha) for name, sha in call.repository.git.branches().items()]
    return call.page([row for row in rows if row[0].startswith(prefix)], lambda row: _ref(call, *row))


def create_ref(call: Call) -> Answer:
    call.needs_write()
    name, sha = call.fields.get("ref"), call.fields.get("sha")
    git = call.repository.git
    if not isinstance(name, str) or not name.startswith("refs/heads/"):
        raise invalid("Reference name must start with 'refs/heads/' on this host.")
    if not isinstance(sha, str) or git.resolve(sha) is None:
        raise Problem(422, "Object does not exist")
    short, before = name.removeprefix("refs/heads/"), git.branches()
    if short in before:
        raise Problem(422, "Reference already exists")
    try:
        git.create_branch(short, sha)
    except GitFailed:
        raise Problem(422, "Reference name is not valid") from None
    call.repository.pushed(before)
    return Answer(201, _ref(call, HEADS + short, sha))


def delete_ref(call: Call) -> Answer:
    call.needs_write()
    name, before = call.path["ref"].removeprefix(HEADS), call.repository.git.branches()
    if name not in before or name == call.repository.git.default_branch:
        raise Problem(422, "Reference does not exist" if name not in before else "Cannot delete it")
    call.repository.git.delete_branch(name)
    call.repository.pushed(before)
    return Answer(204)


def _ref(call: Call, name: str, sha: str) -> Json:
    return {
        "ref": f"refs/{name}",
        "node_id": f"REF_{name}",
        "url": f"{call.shapes.api}/git/refs/{name}",
        "object": {"type": "commit", "sha": sha, "url": f"{call.shapes.api}/git/commits/{sha}"},
    }


def commits(call: Call) -> Answer:
    git = call.repository.git
    sha = _resolved(git, call.query.get("sha", git.default_branch))
    times = [f"--{name}={call.query[name]}" for name in ("since", "until") if name in call.query]
    path = ["--", call.query["path"]] if call.query.get("path") else []
    return call.page(git.log(*times, sha, *path), call.shapes.commit)


def commit(call: Call) -> Answer:
    git = call.repository.git
    sha = _resolved(git, call.path["ref"], Problem(422, f"No commit found for SHA: {call.path['ref']}"))
    [found] = git.log(sha, limit=1)
    files = git.changes(found.parents[0], sha) if found.parents else []
    added, removed = sum(f.additions for f in files), sum(f.deletions for f in files)
    stats = {"additions": added, "deletions": removed, "total": added + removed}
    body = {**call.shapes.commit(found), "stats": stats}
    return Answer(200, {**body, "files": [call.shapes.file(f, sha) for f in files]})


def compare(call: Call) -> Answer:
    base_name, dots, head_name = call.path["basehead"].partition("...")
    git = call.repository.git
    base = _resolved(git, base_name.rpartition(":")[2])
    head = _resolved(git, head_name.rpartition(":")[2]) if dots else None
    fork = git.merge_base(base, head) if head else None
    if head is None or fork is None:
        raise not_found()
    ahead, behind = git.log(f"{base}..{head}"), git.log(f"{head}..{base}")
    [base_commit], [fork_commit] = git.log(base, limit=1), git.log(fork, limit=1)
    url = f"{call.shapes.api}/compare/{call.path['basehead']}"
    page = f"{call.shapes.web}/compare/{call.path['basehead']}"
    return Answer(
        200,
        {
            "url": url,
            "html_url": page,
            "permalink_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "base_commit": call.shapes.commit(base_commit),
            "merge_base_commit": call.shapes.commit(fork_commit),
            "status": COMPARED.get((bool(ahead), bool(behind)), "diverged"),
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [call.shapes.commit(c) for c in reversed(ahead)][:MOST_COMMITS],
            "files": [call.shapes.file(f, head) for f in git.changes(fork, head)],
        },
    )


def contents(call: Call) -> Answer:
    git, path = call.repository.git, call.path.get("path", "").strip("/")
    revision = call.query.get("ref", git.default_branch)
    sha = _resolved(git, revision, Problem(404, f"No commit found for the ref {revision}"))
    found = git.blob(sha, path) if path else None
    if found is None:
        entries = git.entries(sha, path)
        if entries is None:
            raise not_found()
        return Answer(200, [_entry(call, entry, revision) for entry in entries])
    object_sha, data = found
    if "raw" in call.headers.get("accept", ""):
        return Answer(200, data, media_type="application/vnd.github.raw; charset=utf-8")
    entry = _entry(call, TreeEntry(path, "blob", object_sha, len(data)), revision)
    return Answer(200, {**entry, "encoding": "base64", "content": base64.encodebytes(data).decode()})


def _entry(call: Call, entry: TreeEntry, revision: str) -> Json:
    is_file = entry.kind == "blob"
    url = f"{call.shapes.api}/contents/{entry.path}?ref={revision}"
    page = f"{call.shapes.web}/blob/{revision}/{entry.path}"
    git_url = f"{call.shapes.api}/git/{'blobs' if is_file else 'trees'}/{entry.sha}"
    return {
        "type": "file" if is_file else "dir",
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": f"{call.shapes.web}/raw/{revision}/{entry.path}" if is_file else None,
        "_links": {"self": url, "git": git_url, "html": page},
    }


def _resolved(git: BareRepository, revision: str, otherwise: Problem | None = None) -> str:
    sha = git.branch(revision) or git.resolve(revision)
    if sha is None:
        raise otherwise or not_found()
    return sha


def collaborators(call: Call) -> Answer:
    def shape(person: Any) -> Json:
        return {**call.shapes.person(person), "role_name": person.permission.value}

    return call.page([p for p in call.directory.people() if not p.is_bot], shape)


def is_collaborator(call: Call) -> Answer:
    if call.directory.find(call.path["login"]) is None:
        raise not_found()
    return Answer(204)


def permission(call: Call) -> Answer:
    person, granted = call.repository.permission_of(call.path["login"])
    body = {"permission": granted.value, "role_name": granted.value}
    return Answer(200, {**body, "user": call.shapes.person(person)})


def create_label(call: Call) -> Answer:
    call.needs_write()
    fields = call.fields
    color = fields.get("color", "ededed")
    label = call.repository.create_label(fields.get("name"), color, fields.get("description"))
    return Answer(201, call.shapes.label(label))


def labels(call: Call) -> Answer:
    return call.page(list(call.repository.labels.values()), call.shapes.label)


def label(call: Call) -> Answer:
    found = call.repository.labels.get(call.path["name"].lower())
    if found is None:
        raise invalid(FieldError("Label", "invalid", "name")) if not call.path["name"] else not_found()
    return Answer(200, call.shapes.label(found))


ROUTES = (
    Route("GET", "/user", user),
    Route("GET", "/user/repos", repositories),
    Route("GET", "/users/{login}", user_by_login),
    Route("GET", "/rate_limit", rate_limit),
    Route("GET", REPO, repository),
    Route("GET", REPO + "/branches", branches),
    Route("GET", REPO + "/rules/branches/{branch:path}", branch_rules),
    Route("GET", REPO + "/branches/{branch:path}", branch),
    Route("GET", REPO + "/git/refs", matching_refs),
    Route("POST", REPO + "/git/refs", create_ref),
    Route("GET", REPO + "/git/ref/{ref:path}", ref),
    Route("GET", REPO + "/git/refs/{ref:path}", ref),
    Route("DELETE", REPO + "/git/refs/{ref:path}", delete_ref),
    Route("GET", REPO + "/git/matching-refs/{ref:path}", matching_refs),
    Route("GET", REPO + "/commits", commits),
    Route("GET", REPO + "/compare/{basehead:path}", compare),
    Route("GET", REPO + "/contents", contents),
    Route("GET", REPO + "/contents/{path:path}", contents),
    Route("GET", REPO + "/collaborators", collaborators),
    Route("GET", REPO + "/collaborators/{login}", is_collaborator),
    Route("GET", REPO + "/collaborators/{login}/permission", permission),
    Route("GET", REPO + "/labels", labels),
    Route("POST", REPO + "/labels", create_label),
    Route("GET", REPO + "/labels/{name}", label),
)
LAST_ROUTES = (Route("GET", REPO + "/commits/{ref:path}", commit),)  # after those that go on behind the ref
