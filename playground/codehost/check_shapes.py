"""Checks as GitHub's REST API writes them: check run, check suite, workflow run, job."""

from __future__ import annotations

import hashlib

from playground.codehost.records import Check
from playground.codehost.shapes import Json, Shapes, node_id, stamp

APP: Json = {"id": 15368, "slug": "github-actions", "name": "GitHub Actions"}
WORKFLOW = 1  # the number of the only one there is
OFFSET = 1_000_000  # keeps the numbers of suites and workflow runs apart from those of check runs


def run_id(check: Check) -> int:
    return check.id + OFFSET


def suite_id(check: Check) -> int:
    return check.id + 2 * OFFSET


def log_key(check: Check) -> str:
    """The part of a log's address that makes it unguessable, as GitHub's signed addresses are."""
    return hashlib.sha256(f"{check.id}/{check.head_sha}/{check.created_at}".encode()).hexdigest()[:32]


def _common(check: Check) -> Json:
    return {
        "head_sha": check.head_sha,
        "status": check.status.value,
        "conclusion": check.conclusion.value if check.conclusion else None,
    }


def check_run(shapes: Shapes, check: Check) -> Json:
    page = f"{shapes.web}/actions/runs/{run_id(check)}/job/{check.id}"
    return {
        **_common(check),
        "id": check.id,
        "node_id": node_id("CR", check.id),
        "name": check.name,
        "external_id": str(check.id),
        "url": f"{shapes.api}/check-runs/{check.id}",
        "html_url": page,
        "details_url": page,
        "started_at": stamp(check.started_at),
        "completed_at": stamp(check.completed_at),
        "output": {
            "title": None,  # GitHub keeps what a job of Actions prints in its log alone
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{shapes.api}/check-runs/{check.id}/annotations",
        },
        "check_suite": {"id": suite_id(check)},
        "app": APP,
        "pull_requests": [],
    }


def check_suite(shapes: Shapes, check: Check) -> Json:
    return {
        **_common(check),
        "id": suite_id(check),
        "node_id": node_id("CS", suite_id(check)),
        "head_branch": check.branch,
        "url": f"{shapes.api}/check-suites/{suite_id(check)}",
        "check_runs_url": f"{shapes.api}/check-suites/{suite_id(check)}/check-runs",
        "latest_check_runs_count": 1,
        "app": APP,
        "pull_requests": [],
        "created_at": stamp(check.created_at),
        "updated_at": stamp(check.completed_at or check.started_at or check.created_at),
    }


def workflow_run(shapes: Shapes, check: Check) -> Json:
    url = f"{shapes.api}/actions/runs/{run_id(check)}"
    return {
        **_common(check),
        "id": run_id(check),
        "node_id": node_id("WFR", run_id(check)),
        "name": check.name,
        "display_title": check.name,
        "run_number": check.id,
        "run_attempt": 1,
        "event": "push",
        "workflow_id": WORKFLOW,
        "head_branch": check.branch,
        "check_suite_id": suite_id(check),
        "url": url,
        "html_url": f"{shapes.web}/actions/runs/{run_id(check)}",
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{shapes.api}/check-suites/{suite_id(check)}",
        "pull_requests": [],
        "created_at": stamp(check.created_at),
        "updated_at": stamp(check.completed_at or check.started_at or check.created_at),
    }


def job(shapes: Shapes, check: Check) -> Json:
    return {
        **_common(check),
        "id": check.id,
        "node_id": node_id("CR", check.id),
        "run_id": run_id(check),
        "run_url": f"{shapes.api}/actions/runs/{run_id(check)}",
        "url": f"{shapes.api}/actions/jobs/{check.id}",
        "html_url": f"{shapes.web}/actions/runs/{run_id(check)}/job/{check.id}",
        "check_run_url": f"{shapes.api}/check-runs/{check.id}",
        "name": check.name,
        "head_branch": check.branch,
        "created_at": stamp(check.created_at),
        "started_at": stamp(check.started_at),
        "completed_at": stamp(check.completed_at),
        "steps": [],
    }
