"""Numbers for Prometheus: from rows, the same after a restart, in a form that is read."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
import requests
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from agents.model_terms import Models
from agents.terms import Policy, SourceTerms
from bot.circuits import GIT, Circuits
from bot.durable.tally import Ended, Tally
from bot.http_server import HttpServer
from bot.metrics import Metrics
from bot.settings import Settings, read_settings
from storage.columns import now
from storage.errors import DatabaseDown
from storage.inbox import FAILURES_LIMIT
from storage.judgments import Outcome, Stage
from storage.status import Status
from storage.store import Store
from tests.factories import a_report, a_signal


def samples(text: str) -> dict[str, float]:
    """What it says, as the client's own parser reads it, by name and labels."""
    return {_name(sample): sample.value for family in text_string_to_metric_families(text) for sample in family.samples}


def _name(sample: Sample) -> str:
    labels = ",".join(f'{label}="{value}"' for label, value in sample.labels.items())
    return f"{sample.name}{{{labels}}}" if labels else sample.name


def written(metrics: Metrics) -> str:
    """As it is served to who asks for no format in particular."""
    encode, _ = choose_encoder("")
    return encode(metrics.collected()).decode()


def metrics(store: Store, *jobs: str, **changes: object) -> Metrics:
    sources = {'odd"name': SourceTerms(kind="sentry", report_to="C012AB3CD")}
    policy = Policy(sources=sources, models=Models(default=("big",), stages={}))
    return Metrics(store, policy, lambda: jobs, **changes)  # type: ignore[arg-type]


@pytest.fixture
def busy(store: Store) -> Store:
    """A store in which something has happened."""
    for _ in range(2):
        a_signal(store, source="slack")
    store.signals.postpone(a_signal(store, source="errors").id or 0, "no model", now() + dt.timedelta(hours=1))
    report = a_report(store, status=Status.AWAITING_RESEARCH)
    store.runs.begin("research:1:1", Stage.RESEARCH, report.id or 0)
    store.runs.end("research:1:1", Outcome.OUT_OF_TIME, "it took too long", 60.0)
    store.runs.begin("research:1:2", Stage.RESEARCH, report.id or 0)
    for settled in (True, False):
        call = store.spending.reserve("research", "S", "big", 3.0, report_id=report.id, run="research:1:2", turn=1)
        if settled:
            store.spending.settle(
                call, input_tokens=1, output_tokens=1, cached_tokens=0, seconds=1, stop_reason="x", usd=0.25
            )
    Circuits(store, str).of(GIT).failed("it is silent", 60.0)
    store.leases.beat("worker", "here", 1, 1.0)
    return store


def test_everything_is_counted_from_rows_and_each_line_can_be_read(busy: Store) -> None:
    text = written(metrics(busy, "fix:1:1:1", "publish:1:2", "publish:2:9"))
    read = samples(text)
    assert read['signalbox_signals{source="slack",status="awaiting_digest"}'] == 2
    assert read['signalbox_signals_troubled{source="errors"}'] == 1
    assert read['signalbox_reports{status="awaiting_research"}'] == 1
    assert read['signalbox_reports{status="stuck"}'] == 0
    assert read['signalbox_runs{outcome="out_of_time",stage="research"}'] == 1
    assert read['signalbox_runs{outcome="",stage="research"}'] == 1
    assert read['signalbox_jobs_unfinished{kind="publish"}'] == 2
    assert read['signalbox_model_calls_total{model="big",stage="research"}'] == 1, "what is only put aside is not spent"
    assert read['signalbox_model_usd_total{model="big",stage="research"}'] == 0.25
    assert read['signalbox_breaker_open{dependency="GitHub\'s git"}'] == 1
    assert read['signalbox_breaker_open{dependency="big"}'] == 0
    assert read['signalbox_breaker_open{dependency="odd"name"}'] == 0
    assert read['signalbox_source_read_timestamp_seconds{source="odd"name"}'] == 0
    assert (read["signalbox_workers"], read["signalbox_paused"], read["signalbox_slack_events_dead"]) == (1, 0, 0)
    families = re.findall(r"# TYPE (\S+) (\S+)", text)
    assert len(families) == len(dict(families)) == text.count("# HELP")
    assert all((kind == "counter") == name.endswith("_total") for name, kind in families)


def test_jobs_that_ended_are_counted_by_the_process_that_did_them(busy: Store) -> None:
    tally = Tally()
    for how in (Ended.DONE, Ended.DONE, Ended.FAILED):
        with tally.of("digest") as turn:
            turn.ended = how
    read = samples(written(metrics(busy, tally=tally)))
    assert read['signalbox_jobs_ended_total{kind="digest",outcome="done"}'] == 2
    assert read['signalbox_jobs_ended_total{kind="digest",outcome="failed"}'] == 1
    assert read['signalbox_job_seconds_total{kind="digest"}'] >= 0


def test_a_scrape_does_not_wait_for_a_database_that_does_not_answer(busy: Store) -> None:
    answers = threading.Event()

    def jobs() -> list[str]:
        answers.wait(60)
        raise DatabaseDown("It is over.")

    with HttpServer(Metrics(busy, Policy(), jobs, patience=0.01).app(), "127.0.0.1", 0, serves="/metrics") as server:
        answer = requests.get(f"{server.url}/metrics", timeout=30)
        answers.set()
    assert answer.status_code == 503
    assert answer.text.startswith("# The database did not answer in time")


def test_the_longest_wait_counts_what_waits_for_us_alone(busy: Store) -> None:
    later = metrics(busy, clock=lambda: now() + dt.timedelta(seconds=100))
    read = samples(written(later))
    assert 100 <= read['signalbox_longest_wait_seconds{what="digest"}'] < 200
    assert 100 <= read['signalbox_longest_wait_seconds{what="research"}'] < 200
    assert read['signalbox_longest_wait_seconds{what="fix"}'] == 0
    busy.reports.postpone(1, "GitHub is down", now() + dt.timedelta(hours=1), anew=False)
    assert samples(written(later))['signalbox_longest_wait_seconds{what="research"}'] == 0


def test_an_event_that_was_given_up_waits_for_a_person_and_not_for_us(busy: Store) -> None:
    busy.inbox.receive("Ev1", "message", {"text": "hello"})
    later = metrics(busy, clock=lambda: now() + dt.timedelta(seconds=100))
    assert samples(written(later))['signalbox_longest_wait_seconds{what="slack_event"}'] >= 100
    for _ in range(FAILURES_LIMIT):
        busy.inbox.failed("Ev1", "no")
    read = samples(written(later))
    assert read['signalbox_longest_wait_seconds{what="slack_event"}'] == 0
    assert read["signalbox_slack_events_dead"] == 1


def test_they_are_served_with_the_health_at_an_address_of_their_own(busy: Store) -> None:
    with HttpServer(metrics(busy).app(), "127.0.0.1", 0, serves="/metrics") as server:
        answer = requests.get(f"{server.url}/metrics", timeout=10)
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
        assert requests.get(f"{server.url}/metrics", headers=asked, timeout=10).text.endswith("# EOF\n")
        assert samples(answer.text)["signalbox_paused"] == 0
        busy.switches.put("paused", True, by="U1")
        again = requests.get(f"{server.url}/metrics", timeout=10)
        assert again.text == answer.text, "an answer serves for a few seconds, whoever asks"
        assert requests.get(f"{server.url}/health", timeout=10).text == "ok\n"
        assert requests.post(f"{server.url}/signals", timeout=10).status_code == 404


def test_an_address_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(_env_file=None, signalbox_metrics="[::1]:9464").signalbox_metrics
    monkeypatch.setenv("SIGNALBOX_METRICS", "9464")
    with pytest.raises(Exception, match=r"SIGNALBOX_METRICS: it has to be .* such as 127\.0\.0\.1:9464"):
        read_settings()
