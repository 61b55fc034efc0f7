"""Mistakes that people make while they install the bot: each is a sentence that says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.errors import BadSettings, SlackRejected
from agents.terms import Policy
from bot import home
from bot.doctor.findings import Finding, Verdict
from bot.doctor.slack import examine_level_token, examine_slack
from bot.home import at_home, short_of_room
from bot.installed import outdated_install
from bot.policy import read_policy
from bot.settings import Settings, read_settings, secret, unset
from bot.slack.socket_mode import Socket
from bot.sources import ALL_KINDS
from playground.faults import Fault, Kind, Moment
from playground.loopback import Loopback
from tests.bot.workplace import ADA, GUS, SOLAR, Workplace
from tests.typed import typed


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def refused(text: bytes) -> str:
    Path(".env").write_bytes(text)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    return str(caught.value)


@pytest.mark.parametrize("pasted", ["xoxb-1", " xoxb-1 ", '"xoxb-1"', "'xoxb-1'", '" xoxb-1\n"'])
def test_a_token_loses_the_blanks_and_quotes_around_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, pasted: str
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", pasted)

    assert secret(read_settings().slack_bot_token) == "xoxb-1"


def test_tokens_that_cannot_be_right_are_all_named_and_none_is_shown(here: Path) -> None:
    said = refused("SLACK_BOT_TOKEN=xapp-1-A-s3cret\nSLACK_APP_TOKEN=xoxb-s3cret\nGITHUB_TOKEN=ghp_“s3cret”\n".encode())

    assert "SLACK_BOT_TOKEN: a Bot User OAuth Token begins with xoxb-" in said
    assert "this one begins with xapp-" in said
    assert "SLACK_APP_TOKEN: an App-Level Token begins with xapp-" in said
    assert "GITHUB_TOKEN: a character at place 5 is part of no token" in said
    assert "s3cret" not in said


def test_a_file_of_variables_that_cannot_be_read_is_named_with_its_folder(here: Path) -> None:
    assert f"{here}/.env is not UTF-8 text" in refused("SLACK_BOT_TOKEN=xoxb-1\n".encode("utf-16"))
    assert "lines that set no variable (line 2)" in refused(b"SENTRY_TOKEN=1\nthis is no line\n")
    Path(".env").unlink()
    Path(".env").mkdir()  # what Docker makes of a file that is not there
    with pytest.raises(BadSettings, match="cannot be read"):
        read_settings()


def test_who_is_in_another_folder_is_told_where_the_variables_are_looked_for(here: Path) -> None:
    assert f"there is no .env in {here}" in unset("SLACK_BOT_TOKEN")
    Path(".env").touch()
    assert "no .env" not in unset("SLACK_BOT_TOKEN")


def test_a_policy_is_read_as_an_editor_of_windows_saves_it(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_bytes(b'\xef\xbb\xbfapprovers = ["U012AB3CD"]\r\n')

    assert read_policy(file, ALL_KINDS).approvers == ("U012AB3CD",)


def test_a_home_that_cannot_be_used_is_named_with_whose_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(BadSettings, match=r"SIGNALBOX_HOME cannot be used: .*/file: File exists"),
        at_home(tmp_path / "file"),
    ):
        pass
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 4_000)
    with (
        pytest.raises(BadSettings, match=f"it belongs to .*, and this runs as user {owner + 4_000}. Give that folder"),
        at_home(tmp_path / "home"),
    ):
        raise PermissionError(13, "Permission denied", str(tmp_path / "home" / "redaction.key"))


def test_a_disk_that_is_nearly_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "LEAST_ROOM", 0)
    assert short_of_room(tmp_path / "not" / "there") == ""
    monkeypatch.setattr(home, "LEAST_ROOM", 2**62)
    assert f"The disk that {tmp_path} is on has" in short_of_room(tmp_path)


def test_code_that_was_pulled_without_its_packages_is_noticed(tmp_path: Path) -> None:
    assert outdated_install(tmp_path, tmp_path) == ""
    for name in ("pyproject.toml", "constraints.txt", ".ready"):
        (tmp_path / name).touch()
    os.utime(tmp_path / ".ready", (2e9, 2e9))
    assert outdated_install(tmp_path, tmp_path) == ""
    os.utime(tmp_path / "constraints.txt", (2e9 + 1, 2e9 + 1))
    assert f"type `make setup` in {tmp_path}" in outdated_install(tmp_path, tmp_path)


def examined(
    place: Workplace, approvers: list[str], app_token: str = "", channels: tuple[str, ...] = (), **terms: object
) -> dict[str, Finding]:
    seed = place.workspace.seed.app
    settings = Settings.model_validate(
        {
            "slack_bot_token": seed.bot_token,
            "slack_app_token": app_token or seed.app_token,
            "slack_api_url": place.workspace.api_url,
        }
    )
    policy = Policy.model_validate(
        {"approvers": approvers, "channels": [{"id": channel} for channel in channels], **terms}
    )
    return {each.what: each for each in examine_slack(settings, policy)}


def test_a_channel_that_was_archived_is_named(place: Workplace) -> None:
    place.workspace.archive(SOLAR)
    found = examined(place, [ADA], channels=(SOLAR,))[f"channel {SOLAR}"]
    assert found.verdict is Verdict.BAD
    assert "#solar is archived" in found.sentence


def test_a_channel_where_reports_go_is_looked_at_too(place: Workplace) -> None:
    seed = place.workspace.seed.app
    told = {"id": SOLAR, "report_to": "C0NOWHERE"}
    settings = Settings(
        slack_bot_token=SecretStr(seed.bot_token),
        slack_app_token=SecretStr(seed.app_token),
        slack_api_url=place.workspace.api_url,
    )
    found = {each.what: each for each in examine_slack(settings, Policy.model_validate({"channels": [told]}))}

    assert "Slack says channel_not_found; check the id" in found["channel C0NOWHERE"].sentence


@pytest.mark.parametrize(
    ("status", "told"), [(429, "Slack asks us to wait; try again in a minute"), (500, "or not well")]
)
def test_slack_that_is_not_well_is_not_taken_for_a_refused_token(place: Workplace, status: int, told: str) -> None:
    place.workspace.faults.plan(Fault("slack:auth.test", Moment.RECEIPT, Kind.REFUSE, status=status))
    found = examined(place, [ADA])

    assert told in found["Slack bot token"].sentence
    assert "reinstall" not in found["Slack bot token"].sentence


def test_who_is_nobody_in_slack_is_named_with_the_login(place: Workplace) -> None:
    found = examined(place, [ADA], people={"octocat": "U012AB3CD", "gus": GUS})

    assert found["people.octocat"].verdict is Verdict.BAD
    assert (
        "nobody of that id (U012AB3CD); nobody reads there that a review is asked" in found["people.octocat"].sentence
    )
    assert "people.gus" not in found  # a guest may review


def test_approvers_who_cannot_approve_are_named(place: Workplace) -> None:
    found = examined(place, [ADA, GUS, "U012AB3CD"])

    assert f"approver {ADA}" not in found
    assert "is a guest; nobody can approve by that id" in found[f"approver {GUS}"].sentence
    assert "nobody of that id" in found["approver U012AB3CD"].sentence
    assert found["channels"].verdict is Verdict.MISSING
    assert examined(place, [])["approvers"].verdict is Verdict.MISSING


def test_an_app_token_that_slack_refuses_ends_the_start_with_a_sentence(place: Workplace) -> None:
    socket = Socket(place.app, place.workspace.seed.app.bot_token, place.deps.courtesy)
    with pytest.raises(SlackRejected, match="SLACK_APP_TOKEN must be an app-level token"):
        socket.connect()
    socket.close()


def test_an_app_token_of_another_app_than_the_bots_is_named(place: Workplace) -> None:
    answers = {
        "apps.connections.open": {"ok": True, "url": "wss://x"},
        "auth.test": {"ok": True, "bot_id": "B1"},
        "bots.info": {"ok": True, "bot": {"app_id": "A1"}},
    }
    slack = Starlette(
        routes=[
            Route(
                "/{method}", lambda asked: JSONResponse(answers[asked.path_params["method"]]), methods=["GET", "POST"]
            )
        ]
    )
    with Loopback(slack) as served:
        url = f"{served.url}/"
        ours = {"slack_bot_token": "xoxb-1", "slack_api_url": url}
        [mine], [other] = (
            examine_level_token(Settings.model_validate({**ours, "slack_app_token": token}))
            for token in ("xapp-1-A1-2-s", "xapp-1-A2-2-s")
        )

    assert (mine.verdict, other.verdict) == (Verdict.GOOD, Verdict.BAD)
    assert "another app's than the bot token's (A1)" in other.sentence


def test_what_starting_again_does_not_mend_has_an_exit_code_that_supervisors_can_tell(tmp_path: Path) -> None:
    run, pull = (
        typed(*words, folder=tmp_path, environment={"PATH": os.environ["PATH"]}) for words in (["run"], ["pull", "x"])
    )

    assert (run.returncode, pull.returncode) == (78, 1)
    for done in (run, pull):
        assert "signalbox.toml: there is no such file" in done.stderr
