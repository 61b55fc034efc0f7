"""docs/sources.md promises that a source is one module, one line and one test. The page's own are run here."""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import bot.sources
from agents.redaction.redact import Redactor
from agents.terms import Policy, SourceTerms
from bot.http import Gate
from bot.http_server import HttpServer
from bot.policy import read_policy
from bot.pulling.pulls import Puller
from bot.settings import Settings
from bot.sources.webhooks.webhook import open_webhooks
from playground.loopback import Loopback
from storage.raw import Severity
from storage.store import Store
from tests.bot.shop import Told

PAGE = (Path(__file__).parent.parent.parent / "docs" / "sources.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """The page's blocks, put where the page says they belong, in a copy of the register."""

    module: ModuleType
    test: dict[str, Any] = field(default_factory=dict)


def block(beginning: str) -> str:
    (found,) = [each for each in PYTHON if each.startswith(beginning)]
    return str(found)


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Example]:
    file = tmp_path / "statuspage.py"
    file.write_text(block('"""Incidents'), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("bot.sources.statuspage", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bot.sources.statuspage"] = module
    spec.loader.exec_module(module)
    line = eval("{" + block('    "statuspage"') + "}", {"statuspage": module})  # noqa: S307 the page is our own
    register = bot.sources.KINDS
    assert isinstance(register, dict)
    register.update(line)
    try:
        test: dict[str, Any] = {"__name__": "payload_test"}
        exec(block("import datetime as dt\n\nfrom starlette"), test)  # noqa: S102 the page is our own
        yield Example(module, test)
    finally:
        del register["statuspage"], sys.modules["bot.sources.statuspage"]


def test_the_pages_own_test_passes(example: Example) -> None:
    tests = [name for name in example.test if name.startswith("test_")]
    assert tests == ["test_an_incident_is_a_signal_and_is_read_once"]
    example.test[tests[0]]()


def test_the_pages_source_is_pulled_by_the_machinery(example: Example, sqlite_store: Store, tmp_path: Path) -> None:
    with Loopback(example.test["PAGE"]) as page:
        policy_file = tmp_path / "signalbox.toml"
        policy_file.write_text(
            f'[sources.status]\nkind = "statuspage"\nreport_to = "C01"\noptions = {{ url = "{page.url}" }}\n',
            encoding="utf-8",
        )
        policy = read_policy(policy_file, {*bot.sources.ALL_KINDS, *bot.sources.KINDS})
        told, settings = Told(), Settings(_env_file=None)
        sources = bot.sources.open_sources(policy.sources, settings)
        puller = Puller(sqlite_store, sources, policy.sources, Redactor(b"key"), told)
        for _ in range(2):
            puller.pull("status", lambda _, work, __: work())

    signal = sqlite_store.signals.get(1)
    assert sqlite_store.signals.counts().total == 1
    assert told.signals == [1]
    assert (signal.source, signal.severity, signal.channel) == ("status", Severity.FATAL, "C01")


def test_the_pages_source_says_what_is_wrong_with_its_address(example: Example, sqlite_store: Store) -> None:
    with Loopback(example.test["PAGE"]) as page:
        terms = {"status": SourceTerms(kind="statuspage", report_to="C01", options={"url": f"{page.url}/nowhere"})}
        sources = bot.sources.open_sources(terms, Settings(_env_file=None))
        Puller(sqlite_store, sources, terms, Redactor(b"key"), Told()).pull("status", lambda _, work, __: work())
    cursor = sqlite_store.cursors.get("status")
    assert cursor.rests_since is not None
    assert cursor.trouble == "The status page answered 404; check sources.status.options.url"


def test_the_page_sends_a_signal_that_is_accepted(sqlite_store: Store) -> None:
    names: dict[str, Any] = {}
    exec(block("# sends a signal"), names)  # noqa: S102 the page is our own
    terms = SourceTerms(kind="webhook", report_to="C01", options={"secret": "SIGNALBOX_ALERTS_SECRET"})
    hooks = open_webhooks(Policy(sources={"alerts": terms}), {"SIGNALBOX_ALERTS_SECRET": "sixteen characters"})
    with HttpServer(Gate(hooks, sqlite_store, Redactor(b"key"), Told()).app(), "127.0.0.1", 0) as server:
        for key, expected in (("", 202), ("", 200), (str(time.time()), 202)):
            answer = names["send"](server.url, "alerts", "sixteen characters", {"title": f"Down {key}"}, key)
            assert answer.status_code == expected
            assert answer.json()["id"]


def test_every_kind_of_source_is_on_the_page() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    assert set(bot.sources.ALL_KINDS) <= listed
