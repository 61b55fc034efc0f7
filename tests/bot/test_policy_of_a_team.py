"""What a team says once in signalbox.toml: its time zone, its notes; and the example that it begins with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.policy import read_policy
from bot.sources import ALL_KINDS as KINDS
from tests.bot.test_policy import EXAMPLE, faults


def test_what_the_example_holds_as_comments_is_valid_too_and_else_names_only_what_needs_no_more_tokens(
    tmp_path: Path,
) -> None:
    assert [each.kind for each in read_policy(EXAMPLE, KINDS).sources.values()] == ["github"]
    before, mark, rest = EXAMPLE.read_text(encoding="utf-8").partition("# Other sources.")
    commented, after, limits = rest.partition("[research_limits]")
    file = tmp_path / "signalbox.toml"
    file.write_text(before + mark + re.sub(r"^# (?=\[|\w+ = )", "", commented, flags=re.MULTILINE) + after + limits)

    policy = read_policy(file, KINDS)
    kinds = {each.kind for each in policy.sources.values()}
    assert kinds == {"github", "sentry", "webhook", "posthog", "linear", "zendesk"}
    assert policy.linear is not None
    assert [each.name for each in policy.mcp] == ["notion"]


@pytest.mark.parametrize("zone", ["Berlin", "Europe", "europe/nowhere", "", "../etc/passwd", "zone.tab", "+02:00"])
def test_a_time_zone_that_there_is_not_is_named(tmp_path: Path, zone: str) -> None:
    assert "timezone: this is no time zone; write one such as" in faults(tmp_path, f'timezone = "{zone}"')


@pytest.mark.parametrize(("zone", "said"), [("Europe/Berlin", "install tzdata"), ("UTC", "")])
def test_a_machine_without_a_list_of_zones_says_so_and_knows_utc(tmp_path: Path, zone: str, said: str) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_text(f'timezone = "{zone}"')
    read = f"from pathlib import Path; from bot.policy import read_policy; read_policy(Path({str(file)!r}), [])"
    bare = os.environ | {"PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", read], env=bare, capture_output=True, text=True, check=False)
    assert said in done.stderr
    assert ("timezone: this machine has no list" in done.stderr, done.returncode) == (bool(said), int(bool(said)))


def test_notes_that_are_too_long_are_named_with_the_other_faults(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        f"""
        [[channels]]
        id = "C012AB"
        notes = "{"x" * 2_001}"
        [[repositories]]
        name = "acme/app"
        notes = ["one", "two"]
        [sources.x]
        kind = "zendesk"
        report_to = "C012AB"
        notes = "a\\u0000b"
        """,
    )
    assert "channels[0].notes: these are 2001 characters; write 2000 at most" in said
    assert "repositories[0].notes: it has to be words in quotation marks" in said
    assert "sources.x.notes: these hold a character" in said
    assert len(said) < 1_500


def test_people_are_logins_with_ids_of_slack(tmp_path: Path) -> None:
    said = faults(tmp_path, '[people]\noctocat = "@ada"\n')
    assert "people.octocat: this is no Slack user id; one is U or W" in said
