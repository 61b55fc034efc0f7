"""The engine that is measured, with the real pipeline around it: its own database, no Slack, no job engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from agents.adapters.claude.ledger import Ledger, StoreLedger
from agents.adapters.offline import OfflineModel
from agents.adapters.vectors import WordVectors
from agents.errors import BadSettings
from agents.exchange import About, Usage
from agents.grouping.opinions import Encoder, Weights
from agents.means import Means
from agents.model_terms import Models
from agents.pipeline import Pipeline
from agents.ports import CodeHost, Model, Workspaces
from agents.redaction.redact import Redactor
from agents.terms import Budgets, Policy, SourceTerms
from bot.encoders import encoder_of, vectoriser_of
from bot.models import is_offline, lines_of
from bot.policy import read_policy
from bot.settings import Settings, read_settings
from bot.sources import KINDS
from evals.ablation import Part, SearchWithout
from evals.kept_judgments import Keeping, Kept, Noting
from evals.runs import Engine
from evals.stores import a_store
from storage.judgments import Stage
from storage.store import Store

if TYPE_CHECKING:
    from agents.adapters.claude.claude import ClaudeModel, ClientOptions  # takes a second, and only Claude needs it

T = TypeVar("T")

KEY = b"the evaluations' own key"  # placeholders need one; nothing secret hangs on it
_NO_LIMIT = 1e9
_JUDGES = (Stage.READ, Stage.NORMALISE, Stage.GROUP, Stage.RESEARCH, Stage.REVIEW)
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class _Silence:
    """In place of Slack and the job engine: nothing is posted, nothing is enqueued."""

    def publish(self, report_id: int) -> None:
        """Nothing."""

    def signal(self, signal_id: int) -> None:
        """Nothing."""

    def report(self, report_id: int) -> None:
        """Nothing."""


def at_once(name: str, work: Callable[[], T], returns: type[T]) -> T:  # noqa: ARG001 it is a Checkpoint
    """A checkpoint that does the work and keeps nothing."""
    return work()


@dataclass(frozen=True)
class Bench:
    """A pipeline on an empty store."""

    store: Store
    pipeline: Pipeline


@dataclass(frozen=True)
class Variation:
    """What is unusual about a run of grouping, screening or review.

    Where replies are kept (a folder, or one set's file in it), what the offline engine has to do without, the
    sentence transformer, as in the setting SIGNALBOX_SENTENCES, and the PostgreSQL server that keeps the rows.
    """

    replies: Path | None = None
    without: Part | None = None
    timeout: float | None = None  # seconds that one reply may take; None: as long as the bot waits
    sentences: str = ""
    server: str = ""  # the address of one of its databases; empty: a SQLite file

    @property
    def encoder(self) -> Encoder:
        """Who makes the vectors."""
        return encoder_of(self.sentences)

    def of(self, name: str) -> Variation:
        """For one set: with its file of replies."""
        return replace(self, replies=self.replies / f"{name}.jsonl") if self.replies else self


@contextmanager
def bench(
    engine: Engine,
    sources: tuple[str, ...],
    *,
    trusted: bool,
    weights: Weights | None = None,
    variation: Variation = Variation(),
) -> Iterator[Bench]:
    """The pipeline with this engine; gone with all it stored when the block ends.

    Of the variation's replies the engine `kept` takes its answers, into them Claude's are written: here they are a
    file. Raises BadSettings without a key, or without the file.
    """
    with a_store(variation.server) as store:
        if variation.without is not None:
            store.search = SearchWithout(store.search, variation.without)
        terms = {name: SourceTerms(kind="webhook", report_to="C0", trusted=trusted) for name in sources}
        means = Means(
            store=store,
            policy=Policy(sources=terms),
            model=model_of(engine, store, variation),
            workspaces=cast("Workspaces", None),  # nothing is researched here
            code_host=cast("CodeHost", None),
            vectoriser=vectoriser_of(variation.sentences, read_settings().signalbox_home),
            words=WordVectors(),
            redactor=Redactor(KEY),
            messenger=cast("Any", _Silence()),
            nudge=_Silence(),
            encoder=variation.encoder,
            weights=weights,
        )
        yield Bench(store, Pipeline(means))


class Unlimited:
    """A ledger without a budget: what a run costs is in its turns, and its limits are its own."""

    def reserve(self, stage: Stage, about: About, model: str, usd: float, turn: int = 0) -> int:  # noqa: ARG002 the port's names
        """Nothing is put aside."""
        return 0

    def settle(self, call_id: int, usage: Usage, *, seconds: float, stop_reason: str) -> None:
        """Nothing is written."""


def model_of(engine: Engine, store: Store, variation: Variation = Variation()) -> Model:
    """What judges. Raises BadSettings when Claude is asked for and there is no key."""
    if engine is Engine.OFFLINE:
        return OfflineModel(0.0) if variation.without is Part.GATE else OfflineModel()
    ledger, replies = (
        Noting(StoreLedger(store.spending, Budgets(report_usd=_NO_LIMIT, day_usd=_NO_LIMIT))),
        variation.replies,
    )
    if engine is Engine.KEPT:
        if replies is None:
            raise BadSettings("The engine `kept` gives replies from files: name their folder with --replies DIR.")
        return Kept(replies, ledger)
    from agents.adapters.claude.claude import ClientOptions  # noqa: PLC0415 as above

    limit = variation.timeout
    patience = None if limit is None else ClientOptions(seconds=limit, pace=0, retries=0, longest_wait=limit)
    model = claude(ledger, patience)
    return model if replies is None else Keeping(model, ledger, replies)


def claude(ledger: Ledger, patience: ClientOptions | None = None) -> ClaudeModel:
    """The model of the environment and the policy; `patience` says how long it may take. Raises BadSettings."""
    from agents.adapters.claude.claude import ClaudeModel, ClientOptions  # noqa: PLC0415 as above

    settings = read_settings()
    models = _models(settings)
    if is_offline(settings, models):
        raise BadSettings("ANTHROPIC_API_KEY is not set: set it, or measure with --engine offline.")
    return ClaudeModel(lines_of(settings, models), models, ledger, options=patience or ClientOptions())


def models_in_use(engine: Engine) -> dict[str, str]:
    """Which model answers which stage; empty where none is asked."""
    if engine is not Engine.CLAUDE:
        return {}
    models = _models(read_settings())
    return {stage.value: models.of(stage) for stage in _JUDGES}


def note_of(engine: Engine, replayed: Path | None) -> str:
    """Who answered, in words for a table: a model desk on this machine is no model."""
    if replayed is not None:
        return f"replayed from {replayed.name}; the cost is an estimate"
    if engine is Engine.OFFLINE:
        return "offline"
    settings = read_settings()
    if urlsplit(settings.anthropic_base_url).hostname in _THIS_MACHINE:
        return "hand-played through a model desk; the cost is an estimate at the model's list price"
    return _models(settings).of(Stage.RESEARCH)


def _models(settings: Settings) -> Models:
    """As the policy file says, where there is one."""
    there = settings.signalbox_policy.exists()
    return read_policy(settings.signalbox_policy, KINDS).models if there else Models()
