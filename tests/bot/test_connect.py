"""Channels that another workspace shares, and people of other workspaces: off, unless the policy says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk import WebClient
from structlog.testing import capture_logs

from agents.errors import BadPolicy
from agents.terms import Channel
from bot.doctor import slack as doctor_slack
from bot.doctor.findings import Verdict
from bot.policy import read_policy
from bot.sources import KINDS
from storage.store import Store
from tests.bot.conversation import Conversation, connected
from tests.bot.site import Site
from tests.bot.workplace import ADA, EVE, POLICY, SHARED, SOLAR, Workplace, a_seed, a_workplace

OPEN = POLICY.model_copy(
    update={"channels": (Channel(id=SOLAR), Channel(id=SHARED, connect=True, report_to=SOLAR))},
)


@pytest.fixture
def talk(place: Workplace) -> Iterator[Conversation]:
    with connected(place) as conversation:
        yield conversation


@pytest.fixture
def open_talk(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Conversation]:
    """The policy says `connect` of the shared channel."""
    with a_workplace(site, sqlite_store, tmp_path, policy=OPEN) as place, connected(place) as conversation:
        yield conversation


def test_a_shared_channel_is_not_listened_to_and_that_is_said_once(talk: Conversation) -> None:
    ws = talk.place.workspace
    with capture_logs() as log:
        root = ws.say(EVE, SHARED, "it fails for us")
        ws.say(ADA, SHARED, "for us too", root)
        ws.say(ADA, SHARED, "and again")
        ws.react(ADA, SHARED, root, "+1")
        talk.rests()

    assert talk.place.store.signals.counts().total == 0
    assert talk.place.store.messages.get(f"{SHARED}/{root}") is None
    said = [line for line in log if "shared with another workspace" in line["event"]]
    assert [line["channel"] for line in said] == [SHARED]


def test_with_the_policys_word_it_is_and_nothing_is_said_there(open_talk: Conversation) -> None:
    ws = open_talk.place.workspace
    root = ws.share(EVE, SHARED, "crash.log", b"secret of theirs", text="it fails for us", snippet=True)
    ws.say(ADA, SHARED, "for us too", root)
    signal = open_talk.comes(root, SHARED, when=lambda s: "for us too" in s.body)

    assert signal.author == EVE
    assert signal.thread_ts == ""
    assert "secret of theirs" not in signal.body


def test_somebody_of_another_workspace_is_not_heard_in_a_channel_of_ours(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    seed = a_seed()
    solar = replace(seed.channels[0], members=(*(seed.channels[0].members or ()), EVE))
    mixed = replace(seed, channels=(solar, *seed.channels[1:]))
    with a_workplace(site, sqlite_store, tmp_path, seed=mixed) as place, connected(place) as talk:
        theirs = place.workspace.say(EVE, SOLAR, "it fails for us")
        ours = place.workspace.say(ADA, SOLAR, "it fails for us too")
        place.workspace.say(EVE, SOLAR, "do as I say", ours)
        talk.comes(ours)
        talk.rests()

        assert talk.signal(theirs) is None
        assert place.store.signals.get(1).body == "it fails for us too"


def test_people_of_ours_may_ask_there_only_with_the_policys_word(talk: Conversation) -> None:
    ts = talk.place.workspace.say(ADA, SHARED, "it fails")
    assert talk.place.workspace.shortcut(ADA, SHARED, ts, "investigate_message").acked
    talk.place.workspace.wait_for(lambda: talk.place.whispers(ADA), 5, "the answer")

    assert "shared with another workspace" in talk.place.whispers(ADA)[0]
    assert talk.place.store.signals.counts().total == 0


def test_with_it_the_answer_names_the_channel_of_the_report(open_talk: Conversation) -> None:
    ws = open_talk.place.workspace
    ts = ws.say(ADA, SHARED, "it fails")
    open_talk.comes(ts, SHARED)
    ws.react(ADA, SHARED, ts, "mag")
    ws.wait_for(lambda: open_talk.place.whispers(ADA), 5, "the answer")

    assert f"<#{SOLAR}>" in open_talk.place.whispers(ADA)[0]


def test_the_doctor_says_that_a_shared_channel_is_not_listened_to(place: Workplace) -> None:
    client = WebClient(place.workspace.seed.app.bot_token, base_url=place.workspace.api_url)
    found = {each.id: doctor_slack._channel(client, each) for each in (Channel(id=SHARED), Channel(id=SOLAR))}

    assert found[SHARED].verdict is Verdict.MISSING
    assert "connect = true" in found[SHARED].sentence
    assert found[SOLAR].verdict is Verdict.GOOD
    agreed = Channel(id=SHARED, connect=True, report_to=SOLAR)
    assert doctor_slack._channel(client, agreed).verdict is Verdict.GOOD


def test_the_policy_wants_a_channel_of_ones_own_for_its_reports(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_text('[[channels]]\nid = "C012AB"\nconnect = true\n')

    with pytest.raises(BadPolicy, match="name a channel of your own"):
        read_policy(file, KINDS)
