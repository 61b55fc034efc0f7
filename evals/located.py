"""Cases of research whose truth is known: a report, a real checkout, and the files that the real fix changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from agents.cases import ResearchCase, SeenSignal
from agents.redaction.redact import Redactor
from agents.terms import Repository
from evals.checkouts import Checkouts
from evals.reading import rows
from storage.raw import Severity

_GIST = 400
_DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # of signals whose set does not say when they came


class Instance(BaseModel):
    """A line of `instances.jsonl`: an issue, the commit before its fix, and the files that the fix changed."""

    id: str
    repo: str
    base_commit: str
    created_at: dt.datetime
    issue: str
    gold_files: tuple[str, ...]


class _Told(BaseModel):
    source: str
    external_id: str
    title: str = ""
    body: str = ""
    url: str = ""


class DemoCase(BaseModel):
    """One of `demo.json`: signals of several tools about a bug of a released library, and the truth."""

    id: str
    package: str
    version: str
    test_requirements: tuple[str, ...] = ()
    signals: tuple[_Told, ...] = Field(min_length=1)
    gold_files: tuple[str, ...]


@dataclass(frozen=True)
class Located:
    """A case and its truth. Nothing but `case` reaches the agent."""

    name: str
    case: ResearchCase
    gold: tuple[str, ...]


def located(data: Path, checkouts: Checkouts, redactor: Redactor, only: tuple[str, ...] = ()) -> Iterator[Located]:
    """The cases of a folder, in its order; with `only`, those whose name holds one of the words. Raises BadSettings."""

    def wanted(name: str) -> bool:
        return not only or any(word in name for word in only)

    if (demo := data / "demo.json").exists():
        told = TypeAdapter(list[DemoCase]).validate_json(demo.read_bytes())
        yield from (_of_demo(one, checkouts, redactor) for one in told if wanted(one.id))
        return
    instances = rows(data / "instances.jsonl", Instance)
    yield from (_of_instance(one, checkouts, redactor) for one in instances if wanted(one.id))


def subject_of(name: str) -> str:
    """The case's id as the agent sees it: the sets' own names hold the number of the fix."""
    return f"issue-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _of_instance(one: Instance, checkouts: Checkouts, redactor: Redactor) -> Located:
    title, _, body = redactor.text(one.issue).replace("\r", "").strip().partition("\n")
    signal = SeenSignal(
        external_id=subject_of(one.id),
        source="github",
        title=title,
        body=body.strip(),
        severity=Severity.ERROR,
        happened_at=_aware(one.created_at),
    )
    bare = checkouts.at(one.repo, one.base_commit)
    repository = Repository(
        name=one.repo,
        clone_url=str(bare.absolute()),
        requirements=requirements_of(one),
        test_environment={"PYTHONPATH": "src:."},
    )
    return Located(one.id, _case((signal,), repository, one.base_commit), one.gold_files)


def _of_demo(one: DemoCase, checkouts: Checkouts, redactor: Redactor) -> Located:
    signals = tuple(
        SeenSignal(
            external_id=told.external_id,
            source=told.source,
            title=redactor.text(told.title),
            body=redactor.text(told.body),
            url=told.url,
            severity=Severity.ERROR,
            happened_at=_DAY,
        )
        for told in one.signals
    )
    release = f"acme/{one.package}-{one.version}"
    commit = checkouts.head(release)
    repository = Repository(
        name=f"acme/{one.package}",
        clone_url=str(checkouts.at(release, commit).absolute()),
        requirements=one.test_requirements,
        test_environment={"PYTHONPATH": "src"},
    )
    return Located(one.id, _case(signals, repository, commit), one.gold_files)


def _case(signals: tuple[SeenSignal, ...], repository: Repository, commit: str) -> ResearchCase:
    first = signals[0]
    return ResearchCase(
        subject=first.external_id,
        report_id=1,
        title=first.title,
        gist=re.sub(r"\s+", " ", first.body)[:_GIST],
        signals=signals,
        repository=repository,
        base_sha=commit,
    )


def _aware(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


# ── what the repositories of the set need to be imported ────────────────────────────────────────────────────────

_TOOLS = ("pytest<8",)
_REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "mwaskom/seaborn": (*_TOOLS, "numpy<2", "pandas<2.1", "matplotlib<3.8"),
    "pallets/flask": (*_TOOLS, "werkzeug>=2.2.2,<2.4", "jinja2>=3.1,<3.2", "itsdangerous>=2,<3", "click<8.2",
                      "blinker"),
    "psf/requests": (*_TOOLS, "urllib3<1.27", "chardet<4", "idna<3"),
    "pylint-dev/pylint": (*_TOOLS, "astroid>=2.12,<2.13", "isort<6", "mccabe<0.8", "platformdirs", "tomlkit", "dill"),
    "pytest-dev/pytest": ("pluggy<1.6", "iniconfig", "packaging", "attrs", "py", "toml", "more-itertools", "wcwidth",
                          "atomicwrites", "six", "importlib-metadata<5"),
}  # fmt: skip
_OLDER: dict[str, tuple[str, ...]] = {  # instances that need other versions
    "pallets__flask-4045": (*_TOOLS, "werkzeug>=2.0,<2.1", "jinja2>=3.0,<3.1", "itsdangerous>=2.0,<2.1", "click<8.1"),
    "pylint-dev__pylint-5859": (*_TOOLS, "astroid>=2.11,<2.12", "isort<6", "mccabe<0.8", "platformdirs", "toml",
                                "tomli", "dill"),
    "pylint-dev__pylint-6506": (*_TOOLS, "astroid>=2.11.5,<2.12", "isort<6", "mccabe<0.8", "platformdirs", "tomli",
                                "tomlkit", "dill"),
}  # fmt: skip


def requirements_of(one: Instance) -> tuple[str, ...]:
    """What its checkout needs, by name and version; never the package itself, which may hold the fix."""
    return _OLDER.get(one.id, _REQUIREMENTS.get(one.repo, ()))
