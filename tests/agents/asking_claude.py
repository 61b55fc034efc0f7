"""What Claude is asked in these tests, and the model that asks it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from agents.adapters.claude.claude import ClaudeModel, ClientOptions
from agents.adapters.claude.ledger import StoreLedger
from agents.adapters.claude.providers import Line, open_line
from agents.model_terms import Models, Provider
from agents.stages.read import AboutRead
from agents.terms import Budgets
from storage.judgments import Stage
from storage.raw import Severity
from storage.run_rows import ModelCall
from storage.store import Store
from tests.agents.loopback import Api

SAID = {
    "about_product": True,
    "title": "The export is slow",
    "gist": "It takes minutes.",
    "queries": ["export takes minutes"],
}


SAFE = {"screening": {"reason": "A report of a slow export.", "quote": "", "threat": None}, "summary": SAID}


ABOUT = AboutRead(
    subject="acme/app#31",
    source="issues",
    severity=Severity.WARNING,
    received="2026-11-20",
    title="",
    text="the export is slow",
    everything="the export is slow",
)


def a_model(api: Api, store: Store, *, budgets: Budgets | None = None, **options: Any) -> ClaudeModel:
    settings: dict[str, Any] = {"retries": 0, "seconds": 5.0, **options}
    ledger = StoreLedger(store.spending, budgets or Budgets())
    models = Models(stages={Stage.READ: "claude-haiku-4-5"})
    return ClaudeModel([a_line(api)], models, ledger, options=ClientOptions(**settings))


def a_line(api: Api) -> Line:
    """The way to an API that stands for Anthropic's."""
    return open_line(Provider.ANTHROPIC, {"ANTHROPIC_API_KEY": "test", "ANTHROPIC_BASE_URL": api.url})


def calls(store: Store) -> list[ModelCall]:
    with Session(store.engine) as session:
        return list(session.exec(select(ModelCall)))
