"""Look-ups in Sentry, PostHog and Linear over loopback: what research is told, what is refused, who may be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from agents.cases import SeenSignal
from agents.exchange import Tool, ToolFault
from agents.terms import Policy, Repository, SourceTerms
from agents.tools.hands import Hands
from agents.tools.source_lookups import analytics_tools, error_tools, tracker_tools
from bot.lookups import open_lookups
from bot.settings import Settings
from playground.faults import Fault, Faults, Kind, Moment
from playground.linear import Comment, Linear, LinearIssue
from playground.posthog import PostHog
from playground.posthog_records import Event, Part, SessionSummary, Step
from playground.sentry import Sentry
from playground.sentry_records import Crumb, ErrorSeen, Frame
from storage.status import Visibility
from tests.bot.site import Site, a_site
from tests.fake_workspaces import MemoryWorkspace

AT = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
ROOM = "C012AB"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with a_site() as site:
        yield site


@pytest.fixture
def hands() -> Hands:
    signal = SeenSignal(external_id="S-1", source="slack", happened_at=AT)
    hide = lambda text: text.replace("ada@shop.example", "<email:1>")  # noqa: E731 a redactor of one word
    return Hands(MemoryWorkspace({}), Repository(name="acme/shop"), (signal,), redact=hide, redact_source=hide)


@dataclass
class Asked:
    """The tools of a policy with one source of each kind."""

    tools: dict[str, Tool]

    def __call__(self, name: str, **arguments: object) -> str:
        tool = self.tools[name]
        return tool.work(tool.spec.parameters.model_validate(arguments))


def tools(hands: Hands, url: str, room: str = "", *, visibility: Visibility = Visibility.PUBLIC) -> Asked:
    def terms(kind: str, **options: str) -> SourceTerms:
        return SourceTerms(kind=kind, report_to=ROOM, visibility=visibility, options=options)

    policy = Policy(
        sources={
            "errors": terms("sentry", organization="acme"),
            "product": terms("posthog", project="1"),
            "tracker": terms("linear", teams="SHOP"),
        }
    )
    key = SecretStr("key")
    settings = Settings(
        _env_file=None,
        sentry_token=key,
        sentry_url=url,
        posthog_api_key=key,
        posthog_url=url,
        linear_api_key=key,
        linear_url=f"{url}/graphql",
    )
    lookups = open_lookups(policy, settings, {})
    here = lambda: room  # noqa: E731 as short as it is
    made = (
        *error_tools(hands, lookups.errors, here),
        *analytics_tools(hands, lookups.analytics, here),
        *tracker_tools(hands, lookups.trackers, here),
    )
    return Asked({tool.spec.name: tool for tool in made})


def test_an_error_is_told_with_frames_variables_and_breadcrumbs_redacted(hands: Hands, site: Site) -> None:
    sentry = Sentry("key", Faults())
    sentry.add_issue(
        ErrorSeen(
            short_id="SHOP-1",
            title="ValueError: no total",
            type="ValueError",
            value="no total for ada@shop.example",
            culprit="shop.prices in total",
            project="shop",
            frames=(Frame("shop/prices.py", 7, "total", "return sum(prices)", variables={"prices": "None"}),),
            breadcrumbs=(Crumb("2026-01-02T03:03:59Z", "GET /basket 500"),),
        )
    )
    site.stage.shown = sentry.app

    said = tools(hands, site.url)("error_event", issue="SHOP-1")

    for part in (
        'File "shop/prices.py", line 7, in total',
        "prices = None",
        "GET /basket 500",
        "no total for <email:1>",
    ):
        assert part in said
    assert said.startswith("<evidence")
    with pytest.raises(ToolFault, match="no id of a Sentry issue"):
        tools(hands, site.url)("error_event", issue="../../projects")
    with pytest.raises(ToolFault, match="404"):
        tools(hands, site.url)("error_event", issue="SHOP-99")


def test_a_product_query_reads_at_most_a_hundred_rows_and_cannot_write(hands: Hands, site: Site) -> None:
    posthog = PostHog("key", Faults())
    events = [Event(AT + dt.timedelta(seconds=number), f"p{number}", {}) for number in range(150)]
    posthog.happen("i1", *events)
    site.stage.shown = posthog.app
    asked = tools(hands, site.url)

    assert "150\n(1 rows)" in asked("product_query", hogql="select count() as hits from events;")
    many = asked("product_query", hogql="SELECT distinct_id FROM events LIMIT 5000")
    assert many.count("\np") == 100
    assert "(100 rows, there are more)" in many
    for refused in ("drop table events", "select 1; drop table events", "select 1 -- all"):
        with pytest.raises(ToolFault, match="Only one SELECT"):
            asked("product_query", hogql=refused)
    with pytest.raises(ToolFault, match=r"cannot read this query.*no such column: nope") as said:
        asked("product_query", hogql="select nope from events")
    assert "POSTHOG_API_KEY" not in str(said.value)


def test_a_session_is_told_step_by_step(hands: Hands, site: Site) -> None:
    posthog = PostHog("key", Faults())
    step = Step(61.0, "clicked Pay", "https://shop.example/pay", exception="blocking")
    part = Part("Paying", (step,), "the page broke", success=False)
    posthog.summarise(
        SessionSummary("s-1", "Could not pay", success=False, started=AT, seconds=90, parts=(part,), written=AT)
    )
    site.stage.shown = posthog.app

    said = tools(hands, site.url)("session_replay", session="s-1")

    assert "Could not pay" in said
    assert "1. 1:01 clicked Pay [https://shop.example/pay] (blocking exception)" in said


def test_the_tracker_is_searched_and_read_with_comments_of_its_teams_only(hands: Hands, site: Site) -> None:
    linear = Linear("key", Faults())
    comment = Comment(AT, "Kim", "We decided to round down. ada@shop.example agreed.")
    issue = LinearIssue(
        "SHOP-7", "Totals are off", "By one cent", url="https://linear.example/1", created=AT, updated=AT
    )
    linear.put(replace(issue, comments=(comment,)))
    linear.put(replace(issue, identifier="HR-1", title="Totals of salaries", description="secret"))
    site.stage.shown = linear.app
    asked = tools(hands, site.url)

    found = asked("tracker_search", words="totals")
    assert "SHOP-7 Totals are off" in found
    assert "HR-1" not in found
    assert "Kim on 2026-01-02: We decided to round down. <email:1> agreed." in asked("tracker_issue", key="shop-7")
    with pytest.raises(ToolFault, match="tracker has no issue HR-1"):
        asked("tracker_issue", key="HR-1")
    with pytest.raises(ToolFault, match="Entity not found"):
        asked("tracker_issue", key="SHOP-99")


def test_a_source_that_fewer_people_may_see_is_not_asked_for_the_report(hands: Hands, site: Site) -> None:
    assert tools(hands, site.url, "", visibility=Visibility.PRIVATE).tools == {}
    assert tools(hands, site.url, "G9", visibility=Visibility.PRIVATE).tools == {}
    assert len(tools(hands, site.url, ROOM, visibility=Visibility.PRIVATE).tools) == 5
    assert len(tools(hands, site.url, "G9").tools) == 5


def test_without_tokens_there_are_no_lookups() -> None:
    terms = SourceTerms(kind="sentry", report_to=ROOM, options={"organization": "acme"})
    lookups = open_lookups(Policy(sources={"errors": terms}), Settings(_env_file=None), {})

    assert (lookups.errors, lookups.analytics, lookups.trackers, lookups.outer) == ((), (), (), ())


def test_a_source_that_is_down_is_said_in_one_sentence(hands: Hands) -> None:
    asked = tools(hands, "http://127.0.0.1:9")

    with pytest.raises(
        ToolFault, match=r"^errors SHOP-1 cannot be asked now: Sentry did not answer.*Go on without it\.$"
    ):
        asked("error_event", issue="SHOP-1")


def test_a_name_of_no_source_is_told_which_there_are(hands: Hands, site: Site) -> None:
    with pytest.raises(ToolFault, match="there are errors"):
        tools(hands, site.url)("error_event", issue="SHOP-1", source="other")


def test_a_source_that_does_not_answer_is_not_asked_by_every_call_of_an_agent(site: Site, hands: Hands) -> None:
    faults = Faults()
    site.stage.shown = Linear("key", faults).app
    faults.plan(Fault("linear:graphql", Moment.RECEIPT, Kind.REFUSE, status=500, times=9))
    asked = tools(hands, site.url)
    for _ in range(5):
        with pytest.raises(ToolFault, match="Go on without it"):
            asked("tracker_search", words="share")
    assert faults.seen("linear:graphql") == 2
