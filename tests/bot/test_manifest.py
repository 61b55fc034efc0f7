"""manifest.yml asks for what the code uses: every scope, event, command and shortcut, and no more."""

from __future__ import annotations

import re
from pathlib import Path

from bot.actions import Command, Shortcut, Verb
from bot.listeners.events import DEALINGS
from bot.slack.manifest import bot_scopes, manifest
from bot.slack.scopes import SCOPES
from bot.views.help import HELP

ROOT = Path(__file__).parents[2]
SUBSCRIPTIONS = {
    "message": {"message.channels": "channels:history", "message.groups": "groups:history"},
    "app_mention": {"app_mention": "app_mentions:read"},
    "app_home_opened": {"app_home_opened": ""},
    "member_joined_channel": {"member_joined_channel": "channels:read"},  # of private ones groups:read
    "reaction_added": {"reaction_added": "reactions:read"},
    "reaction_removed": {"reaction_removed": "reactions:read"},
}
"""What has to be subscribed for a kind of event to come, and the scope that it needs."""


def test_the_events_are_those_that_are_dealt_with() -> None:
    wanted = [name for kind in DEALINGS for name in SUBSCRIPTIONS[kind]]

    assert sorted(manifest()["settings"]["event_subscriptions"]["bot_events"]) == sorted(wanted)


def test_the_scopes_are_those_of_the_calls_and_events_and_no_more() -> None:
    events = {scope for kind in DEALINGS for scope in SUBSCRIPTIONS[kind].values() if scope}
    calls = {scope for scopes in SCOPES.values() for scope in scopes}

    assert set(bot_scopes()) == events | calls | {"commands"}
    assert bot_scopes() == sorted(set(bot_scopes()))


def test_the_table_of_scopes_names_every_method_that_is_called() -> None:
    source = (ROOT / "bot/slack/writer.py").read_text(encoding="utf-8")
    called = set(re.findall(r'self\._calls\(\s*"([\w.]+)"', source))

    assert called == set(SCOPES)


def test_only_the_adapter_the_doctor_and_the_set_up_call_slack() -> None:
    callers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(
            r"\.(?:chat|conversations|users|reactions|files|views|auth)_\w+\(", path.read_text(encoding="utf-8")
        )
    ]

    assert sorted(callers) == ["bot/doctor/slack.py", "bot/setup/slack.py", "bot/slack/writer.py"]


def test_the_commands_and_shortcuts_are_those_that_are_listened_for() -> None:
    features = manifest()["features"]

    assert {each["command"] for each in features["slash_commands"]} == set(Command)
    assert {each["callback_id"] for each in features["shortcuts"]} == set(Shortcut)
    assert {each["type"] for each in features["shortcuts"]} == {"message"}


def test_the_hint_and_the_help_name_every_verb() -> None:
    hints = {each["command"]: each["usage_hint"] for each in manifest()["features"]["slash_commands"]}

    assert hints[Command.SIGNALBOX].split(" | ") == list(Verb)
    assert [verb for verb in Verb if not re.search(rf"`(/signalbox )?{verb}\b", HELP)] == []


def test_the_manifest_keeps_slacks_limits() -> None:
    read = manifest()
    assert len(read["display_information"]["name"]) <= 35
    assert len(read["display_information"]["description"]) <= 140
    assert len(read["features"]["bot_user"]["display_name"]) <= 80
    for command in read["features"]["slash_commands"]:
        assert re.fullmatch(r"/[a-z_-]{1,31}", command["command"])
    for shortcut in read["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert read["settings"]["socket_mode_enabled"] is True
    assert read["settings"]["interactivity"]["is_enabled"] is True
