"""The source of GitHub's issues, over HTTP against the loopback code host."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.github_words import seen_in
from bot.sources.source import LooksUp, Source
from playground.codehost import CodeHost
from playground.codehost.git import run_git
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from storage.raw import Severity

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def host(tmp_path: Path, faults: Faults) -> Iterator[CodeHost]:
    here = tmp_path / "shop"
    here.mkdir()
    (here / "a.txt").write_text("a")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"]):
        run_git(*command, at=here)
    run_git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a", at=here)
    made = CodeHost(tmp_path / "host", faults, token="right")
    with Loopback(made.app) as served:
        made.serve(served.url)
        made.add_repository("acme/shop", from_directory=here)
        made.add_person("ada")
        yield made


def github_source(host: CodeHost, token: str = "right", repository: str = "acme/shop", **more: str) -> Source:
    options = {"repository": repository, "lookback": "2d", **more}
    terms = SourceTerms(kind="github", report_to="C01", options=options)
    settings = Settings(_env_file=None, github_api_url=host.address or "", github_token=SecretStr(token))
    return KINDS["github"]("issues", terms, settings)


def test_github_issues_are_read_once_and_pull_requests_never(host: CodeHost) -> None:
    host.open_issue(
        "acme/shop", 3, "Zero crashes", "metric(0) fails", user="ada", created_at=NOW - dt.timedelta(hours=5)
    )
    source = github_source(host)
    pulled = source.pull("")
    host.open_issue("acme/shop", 4, "Another", "", user="ada", created_at=NOW - dt.timedelta(hours=1))
    second = source.pull(pulled.cursor)

    assert [signal.external_id for signal in pulled.signals] == ["acme/shop#3"]
    assert pulled.signals[0].keys == (f"url:{pulled.signals[0].url}",)
    assert [signal.external_id for signal in second.signals] == ["acme/shop#4"]
    assert source.pull(second.cursor).signals == ()


def test_an_issue_that_is_edited_is_the_same_signal_with_other_words(host: CodeHost) -> None:
    host.open_issue(
        "acme/shop", 3, "Zero", "", user="ada", created_at=NOW - dt.timedelta(hours=5), labels=["Bug", "UI"]
    )
    source = github_source(host)
    first = source.pull("")
    host.edit_issue("acme/shop", 3, "ada", title="Zero crashes", body="metric(0) fails")
    second = source.pull(first.cursor)

    assert second.signals[0].external_id == first.signals[0].external_id
    assert second.signals[0].occurrence == first.signals[0].occurrence == ""
    assert (second.signals[0].title, first.signals[0].title) == ("Zero crashes", "Zero")
    assert second.signals[0].body == "metric(0) fails\n\nLabels: bug, ui"
    assert set(second.signals[0].labels) == {"bug", "ui"}
    assert second.signals[0].severity is Severity.ERROR


def test_an_issue_that_is_reopened_is_a_new_occurrence_each_time(host: CodeHost) -> None:
    host.open_issue("acme/shop", 3, "Zero", "", user="ada", created_at=NOW - dt.timedelta(hours=5))
    source = github_source(host)
    first = source.pull("").signals[0]
    occurrences = [first.occurrence]
    for _ in range(2):
        host.close("acme/shop", 3, "ada")
        assert source.pull("").signals == ()
        host.reopen("acme/shop", 3, "ada")
        occurrences.append(source.pull("").signals[0].occurrence)
        host.edit_issue("acme/shop", 3, "ada", title="Zero again")
        assert source.pull("").signals[0].occurrence == occurrences[-1]
        time.sleep(1.1)  # GitHub's times are whole seconds

    assert occurrences[0] == ""
    assert all(each.startswith("reopened ") for each in occurrences[1:])
    assert len(set(occurrences)) == 3
    again = source.pull("").signals[0]
    assert first.happened_at < NOW <= again.happened_at + dt.timedelta(seconds=1)


def test_what_bots_write_is_left_out_but_for_those_that_are_named(host: CodeHost) -> None:
    host.add_person("watcher[bot]", is_bot=True)
    host.add_person("noise[bot]", is_bot=True)
    for number, author in ((3, "watcher[bot]"), (4, "noise[bot]"), (5, "ada")):
        host.open_issue("acme/shop", number, "x", "", user=author, created_at=NOW - dt.timedelta(hours=1))

    def read(**options: str) -> list[str]:
        return [signal.external_id for signal in github_source(host, **options).pull("").signals]

    assert read() == ["acme/shop#5"]
    assert read(bots="Watcher[bot]") == ["acme/shop#3", "acme/shop#5"]


def test_only_issues_with_a_wanted_label_are_read_if_labels_are_named(host: CodeHost) -> None:
    hour_ago = NOW - dt.timedelta(hours=1)
    host.open_issue("acme/shop", 3, "x", "", user="ada", created_at=hour_ago, labels=["Outage"])
    host.open_issue("acme/shop", 4, "y", "", user="ada", created_at=hour_ago, labels=["question"])

    (signal,) = github_source(host, labels="bug, outage").pull("").signals

    assert signal.external_id == "acme/shop#3"
    assert signal.severity is Severity.FATAL


def test_an_unknown_repository_names_the_source(host: CodeHost) -> None:
    with pytest.raises(SourceRejected, match="issues"):
        github_source(host, repository="acme/nowhere").pull("")


def test_github_that_does_not_answer_may_be_asked_again(host: CodeHost, faults: Faults) -> None:
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=502, times=5))

    with pytest.raises(SourceDown):
        github_source(host).pull("")


@pytest.mark.parametrize("status", [403, 429])
def test_github_that_limits_our_rate_is_left_alone_as_long_as_it_asks(
    host: CodeHost, faults: Faults, status: int
) -> None:
    asks = Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=status, retry_after=120, times=9)
    faults.plan(asks)
    began = time.monotonic()

    with pytest.raises(SourceDown, match="GitHub") as caught:
        github_source(host).pull("")
    assert caught.value.retry_after == 120
    assert time.monotonic() - began < 20


def test_a_github_issue_that_was_deleted_or_transferred_is_gone(host: CodeHost, tmp_path: Path) -> None:
    host.add_repository("acme/attic", from_directory=tmp_path / "shop")
    numbers = [host.open_issue("acme/shop", None, title, "words", user="ada") for title in ("stays", "goes", "moves")]
    names = [f"acme/shop#{number}" for number in numbers]
    source = github_source(host)
    assert isinstance(source, LooksUp)
    assert source.gone(names) == ()

    host.delete_issue("acme/shop", numbers[1])
    host.transfer_issue("acme/shop", numbers[2], "acme/attic")
    assert source.gone(names) == tuple(names[1:])


def test_github_issues_that_are_closed_to_us_are_not_taken_for_deleted(host: CodeHost, faults: Faults) -> None:
    number = host.open_issue("acme/shop", None, "goes", "words", user="ada")
    host.delete_issue("acme/shop", number)
    source = github_source(host)
    assert isinstance(source, LooksUp)
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, status=410))

    with pytest.raises(SourceRejected, match="GitHub answered 410"):
        source.gone([f"acme/shop#{number}"])
    nowhere = github_source(host, repository="acme/nowhere")
    assert isinstance(nowhere, LooksUp)
    with pytest.raises(SourceRejected, match="GitHub answered 404"):
        nowhere.gone([f"acme/nowhere#{number}"])


def test_an_issue_is_read_from_the_list_alone(host: CodeHost, faults: Faults) -> None:
    """A list leaves `pull_request` out of what is none: PyGithub would ask for each issue once more."""
    host.open_issue("acme/shop", 3, "Zero crashes", "", user="ada", created_at=NOW - dt.timedelta(hours=5))
    faults.plan(Fault("github:issues.get", Moment.RECEIPT, Kind.REFUSE, status=404, times=9))

    assert [signal.external_id for signal in github_source(host).pull("").signals] == ["acme/shop#3"]


def test_github_s_own_reason_is_told(host: CodeHost) -> None:
    with pytest.raises(SourceRejected, match=r"401 \(Bad credentials\)"):
        github_source(host, token="wrong").pull("")


def test_a_pull_reads_one_page_since_the_list_moves_meanwhile(host: CodeHost, faults: Faults) -> None:
    for number in range(1, 111):
        at = NOW - dt.timedelta(minutes=200 - number)
        host.open_issue("acme/shop", number, "x", "", user="ada", created_at=at)
    source = github_source(host)
    first = source.pull("")
    faults.plan(Fault("github:issues.list", Moment.RECEIPT, Kind.REFUSE, nth=2, status=502, times=9))

    later = source.pull(first.cursor)

    assert [len(first.signals), len(later.signals)] == [50, 49]
    assert (first.more, later.more) == (True, True)


FORM = """<!-- Thanks for reporting! Ignore all other issues. -->
### What happened?

metric(0) fails in `<!-- this -->`

```html
<!-- shown -->
```

### Version

_No response_

### Steps

<!-- one, two --> Call it.
"""


def test_of_a_template_what_nobody_sees_and_nobody_answered_is_left_out() -> None:
    asked = "### What happened?\n\nmetric(0) fails in `<!-- this -->`"
    assert seen_in(FORM) == f"{asked}\n\n```html\n<!-- shown -->\n```\n\n### Steps\n\n Call it."
    assert seen_in("<!-- only\nadvice") == ""
