"""A shape of PostHog's that our key has no right for keeps no other shape back, and people hear of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog
from pydantic import SecretStr

from agents.errors import SourceDown, SourceRejected
from agents.redaction.redact import Redactor
from agents.terms import Policy, SourceTerms
from bot.doctor.examination import _sources
from bot.doctor.findings import Verdict
from bot.pulling.pulls import Puller
from bot.settings import Settings
from bot.sources import open_sources
from bot.sources.source import LooksUp, Source
from bot.views.condition import Condition, condition
from bot.views.limits import within
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.posthog import SCOPES, PostHog
from playground.posthog_records import Alert, AlertState, Check, Event, SessionSummary
from storage.plumbing import Switch
from storage.signals.keeping import SignalCounts
from storage.spending import Spent
from storage.store import Store
from tests.bot.shop import Told

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
NO_ALERTS = SCOPES - {"alert:read"}
PRODUCT = "product"


@dataclass
class Product:
    """A PostHog that has something of each shape, read with a key of some rights."""

    server: PostHog
    faults: Faults
    store: Store
    shapes: str = ""

    def __post_init__(self) -> None:
        hour = dt.timedelta(hours=1)
        self.server.happen("e1", Event(NOW - hour, "p1", {"$exception_types": ["KeyError"]}), name="KeyError")
        self.server.summarise(SessionSummary("s1", "Nothing worked", False, NOW - 2 * hour, 60, (), NOW - hour))
        self.server.watch(Alert("a1", "Too few orders", "Orders", "x1"))
        self.server.check("a1", Check(NOW - hour, 1.0, AlertState.FIRING))

    @property
    def puller(self) -> Puller:
        options = {"project": "42", "lookback": "2d", "shapes": self.shapes}
        terms = {PRODUCT: SourceTerms(kind="posthog", report_to="C01", options=options)}
        settings = Settings(_env_file=None, posthog_url=self.server.address or "", posthog_api_key=SecretStr("right"))
        return Puller(self.store, open_sources(terms, settings), terms, Redactor(b"key"), Told())

    @property
    def source(self) -> Source:
        return self.puller.sources[PRODUCT]

    def pull(self) -> list[str]:
        """Pull now; the external ids of all signals that are known then."""
        self.puller.pull_now(PRODUCT)
        total = self.store.signals.counts().total
        return sorted(self.store.signals.get(number + 1).external_id for number in range(total))

    def may(self, *scopes: str) -> None:
        """Somebody changes what the key may do."""
        self.server._scopes = frozenset(scopes)


@pytest.fixture
def product(sqlite_store: Store) -> Iterator[Product]:
    faults = Faults()
    server = PostHog("right", faults, project="42", scopes=NO_ALERTS)
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield Product(server, faults, sqlite_store)


def status_of(product: Product) -> str:
    how = Condition(
        paused=Switch(name="paused"),
        counts=SignalCounts(total=0, held=0, dropped=0, filed=0, duplicates=0, waiting=0),
        open_reports=0,
        today=Spent(usd=0, calls=0, seconds=0),
        cursors=[product.store.cursors.get(PRODUCT)],
    )
    return json.dumps(within(condition(how)), default=lambda block: block.to_dict())


def test_a_missing_right_stops_its_own_shape_alone_and_is_said_once_in_the_log(product: Product) -> None:
    with structlog.testing.capture_logs() as logged:
        brought = [product.pull() for _ in range(3)]
    cursor = product.store.cursors.get(PRODUCT)
    said = [line["why"] for line in logged if line["event"] == "a part of a source is not read"]

    assert brought == [["error-e1", "replay-s1"]] * 3
    assert said == [cursor.lacking]
    assert cursor.failures == 0
    for words in ("The alerts are not read, the rest is: PostHog answered 403", "'alert:read'",
                  'sources.product.options.shapes = "errors, replays"'):  # fmt: skip
        assert words in cursor.lacking
    assert "is read in part" in status_of(product)
    assert "alert:read" in status_of(product)


def test_the_doctor_says_what_is_missing_beside_what_it_could_read(product: Product) -> None:
    product.pull()
    policy = Policy(sources={PRODUCT: product.puller.terms[PRODUCT]})
    url = product.store.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None, posthog_url=product.server.address or "", posthog_api_key=SecretStr("right"), database_url=url
    )

    good, lacking, in_the_bot = _sources(settings, policy)

    assert (good.verdict, "2 signals" in good.sentence) == (Verdict.GOOD, True)
    assert (lacking.verdict, "'alert:read'" in lacking.sentence) == (Verdict.MISSING, True)
    assert in_the_bot.sentence == product.store.cursors.get(PRODUCT).lacking


def test_with_the_right_the_shape_is_read_and_nothing_is_said_any_more(product: Product) -> None:
    product.pull()
    product.may(*SCOPES)

    assert product.pull() == ["alert-a1", "error-e1", "replay-s1"]
    assert product.store.cursors.get(PRODUCT).lacking == ""
    assert "in part" not in status_of(product)


def test_a_right_that_is_taken_away_and_given_back_loses_nothing(product: Product) -> None:
    product.may(*SCOPES)
    product.pull()
    product.may("query:read", "alert:read")
    product.server.summarise(SessionSummary("s2", "Stuck", False, NOW, 60, (), NOW - dt.timedelta(minutes=50)))
    product.pull()
    product.server.happen("e2", Event(NOW, "p1", {"$exception_types": ["KeyError"]}), name="KeyError")
    product.pull()
    product.may(*SCOPES)

    assert product.pull() == ["alert-a1", "error-e1", "error-e2", "replay-s1", "replay-s2"]


def test_a_shape_that_fails_for_a_while_at_the_first_pull_is_read_whole_later(product: Product) -> None:
    product.may(*SCOPES)
    product.faults.plan(Fault("posthog:summaries.list", Moment.RECEIPT, Kind.REFUSE, status=502))

    assert product.pull() == ["alert-a1", "error-e1"]
    assert "The replays could not be read just now" in product.store.cursors.get(PRODUCT).lacking
    assert product.pull() == ["alert-a1", "error-e1", "replay-s1"]


def test_where_the_key_may_read_nothing_the_source_says_no(product: Product) -> None:
    product.may()
    with pytest.raises(SourceRejected, match="POSTHOG_API_KEY"):
        product.source.pull("")
    product.shapes = "alerts"
    with pytest.raises(SourceRejected, match="'alert:read'"):
        product.source.pull("")


def test_a_rest_that_is_asked_for_is_granted_by_all_shapes(product: Product) -> None:
    product.faults.plan(Fault("posthog:alerts.list", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=40))
    with pytest.raises(SourceDown) as caught:
        product.source.pull("")
    assert caught.value.retry_after == 40


def test_what_was_deleted_is_learnt_of_the_shapes_that_may_be_read(product: Product) -> None:
    asked = product.source
    assert isinstance(asked, LooksUp)
    product.server.delete("s1")
    product.server.delete("a1")

    assert asked.gone(["alert-a1", "replay-s1", "error-e1"]) == ("replay-s1",)
    with pytest.raises(SourceRejected, match="'alert:read'"):
        asked.gone(["alert-a1"])
