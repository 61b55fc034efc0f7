"""`signalbox pull`: previews and backfills, in process and at the command line."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from agents.errors import BadSettings, SourceDown
from bot.pulling.backfill import BackfillRuns, moment_of
from tests.bot.shop import NAME, START, Shop
from tests.typed import typed


def test_a_preview_says_what_the_first_pull_takes_and_keeps_nothing(shop: Shop) -> None:
    shop.first_day = 2
    shop.issues(1, 2, level="warning")
    shop.issues(3, level="fatal")

    seen = shop.reader.preview(None)

    assert [(each.raw.external_id, each.taken) for each in seen] == [("S-3", True), ("S-2", True), ("S-1", False)]
    assert seen[0].weight > seen[1].weight >= seen[2].weight
    assert (shop.known(), shop.store.cursors.get(NAME).value) == ([], "")
    assert shop.pull() == ["S-2", "S-3"]


def test_a_preview_of_a_source_in_use_says_what_the_next_pull_brings(shop: Shop) -> None:
    shop.issues(1)
    shop.pull()
    shop.issues(2, hours=1)
    assert [(each.raw.external_id, each.taken) for each in shop.reader.preview(None)] == [("S-2", True)]
    assert len(shop.reader.preview(START - dt.timedelta(days=1))) == 2
    assert shop.known() == ["S-1"]


def test_a_backfill_brings_what_the_first_pull_left_out_and_leaves_the_clocks_cursor_alone(shop: Shop) -> None:
    shop.first_day = 3
    shop.issues(*range(1, 151))
    shop.pull()
    clocks = shop.store.cursors.get(NAME)

    steps = list(shop.reader.backfill("1d"))

    assert len(set(shop.known())) == len(shop.known()) == 150
    assert (steps[-1].fresh, steps[-1].part) == (147, 1.0)
    after = shop.store.cursors.get(NAME)
    assert (after.value, after.moved_at) == (clocks.value, clocks.moved_at)
    assert (clocks.left_out, after.left_out, after.left_out_since) == (147, 0, None)
    shop.issues(500, hours=1)
    assert shop.pull(after=60)[-1] == "S-500"


def test_a_backfill_of_a_list_that_runs_downwards_tells_how_far_it_is(shop: Shop) -> None:
    for hour in range(1, 24):
        shop.issues(*range(hour * 100, hour * 100 + 12), hours=hour)

    parts = [progress.part for progress in shop.reader.backfill("1d")]

    assert len(parts) == 3
    assert 0.2 < parts[0] < 0.5 < parts[1] < 0.9
    assert parts[2] == 1.0


def test_a_shorter_backfill_does_not_pretend_that_nothing_is_left_out(shop: Shop) -> None:
    shop.first_day = 1
    shop.issues(1, 2)
    shop.pull()
    list(shop.reader.backfill("1h"))
    assert shop.store.cursors.get(NAME).left_out == 1


def test_a_backfill_that_was_stopped_goes_on_where_it_was(shop: Shop) -> None:
    shop.pull()
    shop.issues(*range(1, 251))
    steps = shop.reader.backfill("1d")
    assert next(steps).read == 100
    steps.close()  # Ctrl-C
    unfinished = shop.reader.left_unfinished()
    assert unfinished is not None
    assert (unfinished.read, len(shop.known())) == (100, 100)
    before = shop.faults.seen("sentry:events.latest")

    last = list(shop.reader.backfill("1d"))[-1]

    assert len(set(shop.known())) == 250
    assert shop.faults.seen("sentry:events.latest") - before < 160  # it did not begin anew
    assert last.read >= 250
    assert shop.reader.left_unfinished() is None


def test_a_backfill_waits_out_a_source_that_is_away_and_gives_up_resumably(shop: Shop) -> None:
    shop.issues(1)
    shop.fails(status=429, retry_after=17)
    assert list(shop.reader.backfill("1d"))[-1].fresh == 1
    assert shop.slept == [17.0]
    shop.fails(status=502, times=50)
    with pytest.raises(SourceDown):
        list(shop.reader.backfill("1d"))
    assert len(shop.slept) == 6
    shop.faults.clear()
    assert list(shop.reader.backfill("1d"))[-1].fresh == 0


def test_two_backfills_of_one_source_do_not_run_at_once(shop: Shop) -> None:
    shop.issues(*range(1, 151))
    first = shop.reader.backfill("1d")
    next(first)
    with pytest.raises(BackfillRuns, match="Another backfill"):
        next(shop.reader.backfill("1d"))
    first.close()
    assert list(shop.reader.backfill("1d"))[-1].part == 1.0


def test_a_day_is_named_by_a_span_or_a_date() -> None:
    assert moment_of("7d", START) == START - dt.timedelta(days=7)
    assert moment_of("2026-11-01", START) == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    assert moment_of("2026-11-01T08:00:00+02:00", START).hour == 8
    for wrong in ("2126-01-01", "soon", ""):
        with pytest.raises(BadSettings, match="--since"):
            moment_of(wrong, START)


@pytest.fixture
def installed(shop: Shop, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that reads the shop's Sentry."""
    (tmp_path / "signalbox.toml").write_text(
        f"""
        [sources.{NAME}]
        kind = "sentry"
        first_day = 2
        report_to = "C012AB3CD"
        options = {{ organization = "acme" }}
        """,
        encoding="utf-8",
    )
    return {
        "PATH": os.environ["PATH"],
        "SENTRY_URL": shop.sentry.address or "",
        "SENTRY_TOKEN": "right",
        "SIGNALBOX_HOME": str(tmp_path / "home"),
        "COLUMNS": "200",
    }


def pulled(environment: dict[str, str], *words: str, anew: bool = False) -> tuple[int, str]:
    folder = Path(environment["SIGNALBOX_HOME"]).parent
    done = typed("pull", *words, folder=folder, environment=environment, anew=anew)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_command_previews_pulls_and_fills_back(shop: Shop, installed: dict[str, str]) -> None:
    shop.issues(*range(1, 6))

    code, said = pulled(installed, NAME, "--preview")
    assert (code, said.count("takes"), said.count("leaves out ")) == (0, 2, 4)
    assert "math domain error" in said
    assert f"{NAME} would bring 5 signals, of which the first pull leaves out 3 (first_day). Nothing was kept." in said

    code, said = pulled(installed, NAME)
    assert code == 0
    assert "2 signals are new." in said
    assert f"`signalbox pull {NAME} --since " in said

    code, said = pulled(installed, NAME, "--since", "1d")
    assert code == 0
    assert "3 of them are new or changed" in said

    assert pulled(installed, NAME, "--since", "soon")[0] == 1
    code, said = pulled(installed, "nothing")
    assert code == 1
    assert f"There is no source 'nothing' that is pulled in signalbox.toml; there are: {NAME}." in said


def test_a_command_that_cannot_work_makes_nothing(shop: Shop, installed: dict[str, str]) -> None:
    home = Path(installed["SIGNALBOX_HOME"])

    assert pulled(installed, "nothing", "--preview")[0] == 1
    assert pulled({**installed, "SENTRY_TOKEN": ""}, NAME, "--preview")[0] == 1
    assert not home.exists()


def test_the_command_says_why_a_source_gave_nothing(shop: Shop, installed: dict[str, str]) -> None:
    code, said = pulled({**installed, "SENTRY_TOKEN": "wrong"}, NAME, anew=True)
    assert code == 1
    assert "resting since" in said
    assert "check SENTRY_TOKEN" in said
