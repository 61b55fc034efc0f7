"""Pages for people: a pull request with its text, checks, conversation and diff, and buttons to merge or close it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import Protocol
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from playground.codehost.check_shapes import OFFSET, run_id
from playground.codehost.directory import Directory
from playground.codehost.merging import merge
from playground.codehost.problems import Problem, not_found
from playground.codehost.records import Check, IssueState, Person, Pull
from playground.codehost.repository import Repository
from playground.codehost.snapshots import IssueSeen, PullSeen, issue_seen, pull_seen

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
a{color:#0969da;text-decoration:none}a:hover{text-decoration:underline}
pre{background:#f6f8fa;border:1px solid #d1d9e0;border-radius:6px;padding:1rem;white-space:pre-wrap;
overflow-wrap:anywhere;font:13px/1.45 ui-monospace,monospace}
.state{color:#fff;border-radius:1rem;padding:.15rem .7rem;font-size:13px;background:#59636e}
.state.open{background:#1a7f37}.state.merged{background:#8250df}.state.closed{background:#cf222e}
.add{color:#1a7f37}.del{color:#cf222e}.hunk{color:#8250df}
form{border:1px solid #d1d9e0;border-radius:6px;padding:1rem}textarea{width:100%;height:5rem;margin:.5rem 0}
button{padding:.35rem .9rem}li{margin:.2rem 0}.quiet{color:#59636e}
"""
SIGNS = {"success": "✓", "failure": "✗", "timed_out": "✗"}


class Host(Protocol):
    """What the pages need of the code host."""

    directory: Directory
    lock: threading.RLock
    repositories: dict[str, Repository]

    def find(self, full_name: str) -> Repository: ...


def page_routes(host: Host) -> list[Route]:
    repo = "/{owner}/{repo}"

    def get(path: str, write: Callable[[Host, Request], str]) -> Route:
        return Route(path, partial(_page, host, write), methods=["GET"])

    return [
        get("/", _index),
        get(repo, _repository),
        get(repo + "/pull/{number:int}", _pull),
        get(repo + "/issues/{number:int}", _issue),
        get(repo + "/actions/runs/{run:int}", _run),
        get(repo + "/actions/runs/{run:int}/job/{job:int}", _run),
        get(repo + "/commit/{ref:path}", _commit),
        get(repo + "/blob/{branch}/{path:path}", _blob),
        Route(repo + "/pull/{number:int}", partial(_act, host), methods=["POST"]),
    ]


async def _page(host: Host, write: Callable[[Host, Request], str], request: Request) -> Response:
    def locked() -> Response:
        with host.lock:
            try:
                return HTMLResponse(write(host, request))
            except Problem as problem:
                return PlainTextResponse(f"{problem}\n", problem.status)

    return await run_in_threadpool(locked)


async def _act(host: Host, request: Request) -> Response:
    """A button of a pull request's page was pressed; pages of other sites cannot press it."""
    origin = request.headers.get("origin")
    if origin is not None and origin != str(request.base_url).rstrip("/"):
        return PlainTextResponse("This form was sent from another site.\n", 403)
    fields = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}

    def locked() -> Response:
        with host.lock:
            try:
                _press(host, request, fields)
            except Problem as problem:
                return PlainTextResponse(f"{problem}\n", problem.status)
        return RedirectResponse(request.url.path, 303)

    return await run_in_threadpool(locked)


def _press(host: Host, request: Request, fields: dict[str, str]) -> None:
    repository, number = _of(host, request), int(request.path_params["number"])
    by = host.directory.known(fields.get("by", ""))
    issue, pull = repository.pull(number)
    action = fields.get("action")
    if action == "merge":
        merge(repository, number, by)
    elif action == "close":
        repository.edit(issue, by, None, None, IssueState.CLOSED)
    elif action == "ready":
        repository.set_draft(issue, pull, draft=False)
    elif action == "comment":
        repository.comment(issue, by, fields.get("body", ""))
    else:
        raise Problem(400, "This button is not known")


def _of(host: Host, request: Request) -> Repository:
    return host.find(f"{request.path_params['owner']}/{request.path_params['repo']}")


def _index(host: Host, request: Request) -> str:
    del request
    names = [repository.full_name for repository in host.repositories.values()]
    rows = "".join(f'<li><a href="/{escape(name)}">{escape(name)}</a></li>' for name in names)
    return _html("Repositories", f"<ul>{rows}</ul>")


def _repository(host: Host, request: Request) -> str:
    repository = _of(host, request)
    at = f"/{escape(repository.full_name)}"
    pulls = [pull_seen(repository, issue, pull) for issue, pull in repository.pulls()]
    issues = [issue_seen(issue) for issue in repository.issues.values() if issue.pull is None]

    def rows(seen: Iterable[IssueSeen], side: str) -> str:
        return "".join(
            f'<li>{_state(one)} <a href="{at}/{side}/{one.number}">#{one.number} {escape(one.title)}</a></li>'
            for one in seen
        )

    lists = f"<h2>Pull requests</h2><ul>{rows(pulls, 'pull')}</ul>"
    return _html(repository.full_name, f"{lists}<h2>Issues</h2><ul>{rows(issues, 'issues')}</ul>")


def _issue(host: Host, request: Request) -> str:
    repository = _of(host, request)
    seen = issue_seen(repository.issue(request.path_params["number"]))
    return _html(f"#{seen.number} {seen.title}", f"<p>{_state(seen)}</p>{_conversation(seen)}")


def _pull(host: Host, request: Request) -> str:
    repository = _of(host, request)
    issue, pull = repository.pull(request.path_params["number"])
    seen = pull_seen(repository, issue, pull)
    facts = f"{escape(seen.user)} wants to merge <b>{escape(seen.head)}</b> into <b>{escape(seen.base)}</b>"
    labels = " · ".join(escape(text) for text in (*seen.labels, *(f"review: {r}" for r in seen.reviewers)))
    checks = "".join(_check(repository, check) for check in seen.checks) or "<li>none yet</li>"
    form = _form(host.directory.people(), seen) if seen.open else ""
    return _html(
        f"#{seen.number} {seen.title}",
        f'<p>{_state(seen)} {facts} <span class="quiet">{labels}</span></p>{_conversation(seen)}'
        f"<h2>Checks</h2><ul>{checks}</ul>{form}<h2>Changes</h2>{_diff(_difference(repository, pull))}",
    )


def _difference(repository: Repository, pull: Pull) -> str:
    base = repository.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    return repository.git.diff(base, pull.head_sha)


def _run(host: Host, request: Request) -> str:
    repository, wanted = _of(host, request), request.path_params["run"] - OFFSET
    for check in repository.checks:
        if check.id == wanted:
            facts = f"<p>{escape(check.status)} {escape(check.title)} · {escape(check.head_sha[:12])}</p>"
            return _html(check.name, f"{facts}<pre>{escape(check.log) or 'no output yet'}</pre>")
    raise not_found()


def _commit(host: Host, request: Request) -> str:
    repository = _of(host, request)
    sha = repository.git.resolve(request.path_params["ref"])
    if sha is None:
        raise not_found()
    shown = repository.git.text("show", "--no-color", "--format=%an%n%n%B", sha)
    return _html(f"Commit {sha[:12]}", _diff(shown))


def _blob(host: Host, request: Request) -> str:
    git, path = _of(host, request).git, request.path_params["path"]
    sha = git.resolve(request.path_params["branch"])
    found = git.blob(sha, path) if sha else None
    if found is None:
        raise not_found()
    return _html(path, f"<pre>{escape(found[1].decode(errors='replace'))}</pre>")


def _state(seen: IssueSeen) -> str:
    merged = isinstance(seen, PullSeen) and seen.merged
    word = "merged" if merged else "open" if seen.open else "closed"
    shown = "draft" if isinstance(seen, PullSeen) and seen.draft and seen.open else word
    return f'<span class="state {shown}">{shown}</span>'


def _conversation(seen: IssueSeen) -> str:
    said = [(comment.user.login, comment.body) for comment in seen.comments]
    if isinstance(seen, PullSeen):
        said += [(r.user.login, f"{r.state.value.replace('_', ' ').lower()}\n{r.body}") for r in seen.reviews]
        said += [(c.user.login, f"{c.path}:{c.line}\n{c.body}") for c in seen.review_comments]
    first = f"<pre>{escape(seen.body) or 'No description.'}</pre>"
    return first + "".join(f"<p><b>{escape(who)}</b></p><pre>{escape(text)}</pre>" for who, text in said)


def _check(repository: Repository, check: Check) -> str:
    sign = SIGNS.get(check.conclusion or "", "●")
    at = f"/{escape(repository.full_name)}/actions/runs/{run_id(check)}"
    said = escape(" · ".join(filter(None, (check.title or check.status, check.summary))))
    return f'<li>{sign} <a href="{at}">{escape(check.name)}</a> <span class="quiet">{said}</span></li>'


def _form(people: list[Person], seen: PullSeen) -> str:
    humans = [person for person in people if not person.is_bot]
    if not humans:
        return ""
    options = "".join(f"<option>{escape(person.login)}</option>" for person in humans)
    first = ("ready", "Ready for review") if seen.draft else ("merge", "Merge pull request")
    buttons = "".join(
        f'<button name="action" value="{action}">{label}</button> '
        for action, label in (first, ("close", "Close"), ("comment", "Comment"))
    )
    return (
        f'<form method="post"><label>Act as <select name="by">{options}</select></label>'
        f'<textarea name="body" placeholder="Leave a comment"></textarea>{buttons}</form>'
    )


def _diff(text: str) -> str:
    kinds = {"+": "add", "-": "del", "@": "hunk"}
    lines = (
        f'<span class="{kinds[line[0]]}">{escape(line)}</span>' if line[:1] in kinds else escape(line)
        for line in text.splitlines()
    )
    return f"<pre>{chr(10).join(lines)}</pre>"


def _html(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>{content}</html>"
    )
