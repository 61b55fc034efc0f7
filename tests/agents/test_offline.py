"""The offline engine: modest, deterministic, honest about what it is."""

from __future__ import annotations

import pytest

from agents.adapters.offline import THRESHOLD, OfflineModel
from agents.errors import ModelRefused
from agents.exchange import About, TurnRequest
from agents.stages.decide import AboutDecide
from agents.stages.group import AboutGroup, Choice
from agents.stages.normalise import AboutNormalise
from storage.judgments import Bucket, Confidence, Grouping, Question, Research, Stage, Summary, Verdict
from storage.raw import Severity
from tests.factories import a_research

WALL = (
    "slack",
    "Power wall goes blank overnight",
    (
        "morning! the power wall in the lobby was blank again when I got in. it's the same thing every "
        "night: as soon as the "
        'inverters go to sleep and the site reads 0 W, the "Current output" tile dies and takes the whole '
        "page with it. "
        "0.3 W at dusk is fine, 1.5 kW at noon is fine, just not zero :sob: can somebody take a look?"
    ),
)
DOMAIN_ERROR = (
    "solar-errors",
    "ValueError: math domain error",
    (
        "ValueError: math domain error\nculprit: humanize.number in metric\nproject: solar-dashboard\n\n"
        'Traceback (most recent call last):\n  File "dashboard/tiles.py", line 9, in format_reading\n'
        '    return humanize.metric(tile["value"], tile["unit"])\n  File "humanize/number.py", line 511, in metric\n'
        "    exponent = int(math.floor(math.log10(abs(value))))\nValueError: math domain error\n"
    ),
)
METRIC = (
    "issues",
    "metric() cannot format 0",
    (
        '**What I did**\n\n```python\n>>> import humanize\n>>> humanize.metric(0, "V")\nValueError: math '
        "domain error\n```\n\n"
        "\n\n`0.0` fails in the same way, and so does leaving out the unit. Negative values work."
    ),
)
LAST_SEEN = (
    "slack",
    'eu-3 "last seen a day ago"?',
    (
        "is it just me or is the worker page lying? it says eu-3 was last seen *a day* ago, but I'm tailing "
        "its log right "
        "now and it checked in two seconds ago. eu-1 and eu-2 look right. eu-3's clock runs a tiny bit "
        "ahead of ours :shrug:"
    ),
)
STALE = (
    "fleet-errors",
    "StaleWorker: eu-3 last seen a day ago, draining it",
    (
        "StaleWorker: eu-3 last seen a day ago, draining it\nculprit: fleet.heartbeat in check\n\n"
        'Traceback (most recent call last):\n  File "fleet/heartbeat.py", line 15, in check\n'
        "fleet.heartbeat.StaleWorker: eu-3 last seen a day ago, draining it\n\nextra: worker = eu-3"
    ),
)
DELTA = (
    "issues",
    'naturaldelta turns small negative durations into "a day"',
    "Since a delta has no direction, I would expect the sign not to matter. `naturaldelta(-1)` says a day.",
)
CHATTER = (
    "deploy of sweeper 3.8.1 is through, all green. thanks for the quick review yesterday :raised_hands:",
    "lunch: who is in for the ramen place at 12:15? table for six, two seats left :ramen:",
    "good morning! the slides of the review are in the shared folder now, thanks everybody who came",
    "nice one! I'll be at the dentist from 11 to 12, on-call phone is with Jonas",
)
PROBLEMS = (
    "[FIRING] checkout latency p99 over 4s for 10 minutes",
    "there is an XSS in the search field",
    "App stürzt beim Start ab",
    "Kundin sagt: die Rechnung als PDF ist leer",
    "l'export ne fonctionne plus",
    "no carga la página de pagos",
    "o botão de salvar não funciona",
    "the invoice page is blank since this morning",
    "anyone else getting 502s from the api?",
    "the numbers on the dashboard look wrong, should be 41 and it says 14",
    "ConnectionResetError in the worker log again",
    "search takes forever and then times out",
    "is it just me or did the nightly mail not arrive? it never arrived yesterday either, unexpected",
)


@pytest.fixture(scope="module")
def engine() -> OfflineModel:
    return OfflineModel()


def said(engine: OfflineModel, source: str, title: str, body: str) -> Summary:
    about = AboutNormalise(
        subject="S-1",
        source=source,
        severity=Severity.WARNING,
        received="2026-11-20",
        title=title,
        text=f"{title}\n\n{body}".strip(),
    )
    return engine.judge(Stage.NORMALISE, about, Summary)


def grouped(engine: OfflineModel, chances: dict[str, float]) -> Grouping:
    """The judgment over candidates of these likelihoods."""
    summary = said(engine, *METRIC)
    about = AboutGroup(
        subject="NEW",
        source="issues",
        summary=summary,
        words=METRIC[2],
        choices=tuple(
            Choice(
                subject=name,
                title=f"Title of {name}",
                gist="G",
                status="gathering",
                signal_titles=(),
                likelihood=chance,
            )
            for name, chance in chances.items()
        ),
    )
    return engine.judge(Stage.GROUP, about, Grouping)


@pytest.mark.parametrize("text", CHATTER)
def test_chatter_in_slack_is_not_about_the_product(engine: OfflineModel, text: str) -> None:
    assert not said(engine, "slack", "", text).about_product


@pytest.mark.parametrize("text", PROBLEMS)
def test_a_problem_in_slack_is_about_the_product(engine: OfflineModel, text: str) -> None:
    assert said(engine, "slack", "", text).about_product


def test_what_comes_from_a_tool_is_always_about_the_product(engine: OfflineModel) -> None:
    assert said(engine, "issues", "Lunch", "good morning, thanks").about_product


def test_an_error_is_said_with_its_name_its_message_and_its_functions(engine: OfflineModel) -> None:
    summary = said(engine, *DOMAIN_ERROR)

    assert summary.title == "ValueError: math domain error"
    assert "math domain error" in summary.gist
    queries = " | ".join(summary.queries)
    assert "ValueError" in queries
    assert "metric" in queries
    assert 1 <= len(summary.queries) <= 3


def test_a_message_without_a_title_gets_its_first_telling_sentence(engine: OfflineModel) -> None:
    assert said(engine, "slack", "", WALL[2]).title == "the power wall in the lobby was blank again when I got in."


def test_a_message_that_mentions_somebody_is_not_called_by_ids(engine: OfflineModel) -> None:
    summary = said(engine, "slack", "", "<@U07SIGNAL> the checkout of <#C07SOLAR|solar> drops the total")
    assert summary.title == summary.gist == "@someone the checkout of #solar drops the total"
    assert "U07SIGNAL" not in " ".join(summary.queries)


def test_the_likeliest_candidate_is_joined(engine: OfflineModel) -> None:
    grouping = grouped(engine, {"S-1": 0.2, "S-2": 0.9, "S-3": 0.1})

    assert grouping.candidate == "S-2"
    assert grouping.ranking == ("S-2", "S-1", "S-3")
    assert grouping.pull_request_title == "Title of S-2"
    assert "90%" in grouping.reason
    assert "offline" in grouping.reason


def test_a_near_miss_says_how_near(engine: OfflineModel) -> None:
    grouping = grouped(engine, {"S-1": THRESHOLD - 0.01, "S-2": 0.0})

    assert grouping.candidate is None
    assert grouping.ranking == ("S-1", "S-2")
    assert "S-1" in grouping.reason
    assert f"{THRESHOLD:.0%} is needed" in grouping.reason


@pytest.mark.parametrize(
    ("research", "bucket"),
    [
        (a_research(), Bucket.ACTIONABLE),
        (a_research(confidence=Confidence.GUESSED), Bucket.NOT_ACTIONABLE),
        (a_research(plan=None, question=Question(text="Which?")), Bucket.NEEDS_INPUT),
        (a_research(plan=None), Bucket.NOT_ACTIONABLE),
    ],
)
def test_a_verdict_follows_from_what_the_research_says(
    engine: OfflineModel, research: Research, bucket: Bucket
) -> None:
    about = AboutDecide(subject="S-1", reference="SB-1", title="T", gist="G", research=research)

    verdict = engine.judge(Stage.DECIDE, about, Verdict)

    assert verdict.bucket is bucket
    assert about.fault(verdict) == ""


def test_it_cannot_research_and_says_what_to_do(engine: OfflineModel) -> None:
    request = TurnRequest(stage=Stage.RESEARCH, about=About(subject="S-1"), turn=1, system="", messages=(), tools=())

    assert not engine.can_research
    with pytest.raises(ModelRefused, match="ANTHROPIC_API_KEY"):
        engine.turn(request)
    with pytest.raises(ModelRefused, match="ANTHROPIC_API_KEY"):
        engine.judge(Stage.FIX, About(subject="S-1"), Summary)
