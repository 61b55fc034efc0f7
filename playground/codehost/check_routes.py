"""Routes about checks: combined status, check runs and suites, workflow runs, jobs and their logs."""

from __future__ import annotations

from playground.codehost import check_shapes
from playground.codehost.problems import Problem, not_found
from playground.codehost.records import Check, CheckStatus
from playground.codehost.repository import Repository
from playground.codehost.repository_routes import REPO
from playground.codehost.rest import Call, Route
from playground.wire import Answer

REF = REPO + "/commits/{ref:path}"
RUN = REPO + "/actions/runs/{id}"
JOB = REPO + "/actions/jobs/{id}"
LOG_PATH = "/job-logs/{owner}/{repo}/{id}/{key}"


def combined_status(call: Call) -> Answer:
    """Commit statuses are the older way; nobody sets any here, so they are pending and empty as on GitHub."""
    sha = _sha(call)
    url = f"{call.shapes.api}/commits/{sha}"
    return Answer(
        200,
        {
            "state": "pending",
            "statuses": [],
            "sha": sha,
            "total_count": 0,
            "repository": call.shapes.repo(),
            "commit_url": url,
            "url": f"{url}/status",
        },
    )


def statuses(call: Call) -> Answer:
    """All that were ever set, newest first."""
    _sha(call)
    return Answer(200, [])


def check_runs(call: Call) -> Answer:
    """The runs of a commit; without `filter=all` only the latest of each name, as on GitHub."""
    _needs_checks(call)
    runs = _of_commit(call)
    if call.choice("filter", ("latest", "all")) == "latest":
        runs = list({run.name: run for run in sorted(runs, key=lambda run: run.id)}.values())
    status, name = call.query.get("status"), call.query.get("check_name")
    runs = [run for run in runs if status in (None, run.status.value) and name in (None, run.name)]
    return call.page(runs, lambda run: check_shapes.check_run(call.shapes, run), "check_runs")


def check_suites(call: Call) -> Answer:
    _needs_checks(call)
    return call.page(_of_commit(call), lambda c: check_shapes.check_suite(call.shapes, c), "check_suites")


def check_run(call: Call) -> Answer:
    _needs_checks(call)
    return Answer(200, check_shapes.check_run(call.shapes, _check(call, call.number("id"))))


def no_annotations(call: Call) -> Answer:
    _check(call, call.number("id"))
    return Answer(200, [])


def suite_runs(call: Call) -> Answer:
    check = _check(call, call.number("id") - 2 * check_shapes.OFFSET)
    return call.page([check], lambda c: check_shapes.check_run(call.shapes, c), "check_runs")


def workflow_runs(call: Call) -> Answer:
    sha, branch, status = (call.query.get(name) for name in ("head_sha", "branch", "status"))

    def wanted(check: Check) -> bool:
        ended = check.conclusion.value if check.conclusion else None
        return (
            sha in (None, check.head_sha)
            and branch in (None, check.branch)
            and status in (None, check.status.value, ended)
        )

    found = [check for check in reversed(call.repository.checks) if wanted(check)]
    return call.page(found, lambda c: check_shapes.workflow_run(call.shapes, c), "workflow_runs")


def workflow_run(call: Call) -> Answer:
    return Answer(200, check_shapes.workflow_run(call.shapes, _of_run(call)))


def jobs(call: Call) -> Answer:
    return call.page([_of_run(call)], lambda check: check_shapes.job(call.shapes, check), "jobs")


def job(call: Call) -> Answer:
    return Answer(200, check_shapes.job(call.shapes, _check(call, call.number("id"))))


def job_log(call: Call) -> Answer:
    """A redirect to an address that needs no token; a job that has not ended has no log."""
    check = _check(call, call.number("id"))
    if check.status is not CheckStatus.COMPLETED:
        raise not_found()
    owner, name = call.repository.owner, call.repository.name
    key = check_shapes.log_key(check)
    return Answer(302, headers={"Location": f"{call.base}/job-logs/{owner}/{name}/{check.id}/{key}"})


def stored_log(repository: Repository, check_id: int, key: str) -> Answer:
    """What the redirect of `job_log` leads to: the whole log as text, for whoever has the address."""
    for check in repository.checks:
        if check.id == check_id and check_shapes.log_key(check) == key:
            return Answer(200, check.log.encode(), media_type="text/plain; charset=utf-8")
    raise not_found()


def _needs_checks(call: Call) -> None:
    if call.actor.fine_grained:
        raise Problem(403, "Resource not accessible by personal access token")


def _sha(call: Call) -> str:
    git, ref = call.repository.git, call.path["ref"]
    sha = git.branch(ref) or git.resolve(ref)
    if sha is None:
        raise Problem(422, f"No commit found for SHA: {ref}")
    return sha


def _of_commit(call: Call) -> list[Check]:
    sha = _sha(call)
    return [check for check in call.repository.checks if check.head_sha == sha]


def _check(call: Call, number: int) -> Check:
    for check in call.repository.checks:
        if check.id == number:
            return check
    raise not_found()


def _of_run(call: Call) -> Check:
    return _check(call, call.number("id") - check_shapes.OFFSET)


ROUTES = (
    Route("GET", REF + "/status", combined_status),
    Route("GET", REF + "/statuses", statuses),
    Route("GET", REF + "/check-runs", check_runs),
    Route("GET", REF + "/check-suites", check_suites),
    Route("GET", REPO + "/check-runs/{id}", check_run),
    Route("GET", REPO + "/check-runs/{id}/annotations", no_annotations),
    Route("GET", REPO + "/check-suites/{id}/check-runs", suite_runs),
    Route("GET", REPO + "/actions/runs", workflow_runs),
    Route("GET", RUN, workflow_run),
    Route("GET", RUN + "/jobs", jobs),
    Route("GET", JOB, job),
    Route("GET", JOB + "/logs", job_log),
)
