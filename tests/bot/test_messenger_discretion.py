"""Who may see what, and that foreign words are only shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from agents.errors import SlackRejected
from playground.workspace import Message
from storage.records import Signal
from storage.status import Mover, Status, Visibility
from storage.store import Store
from storage.transactions import WRITING
from tests.bot.life import Life
from tests.bot.site import Site
from tests.bot.workplace import (
    ADA,
    POLICY,
    SECRET,
    SHARED,
    SOLAR,
    Workplace,
    a_workplace,
    labels,
    text_of,
)
from tests.factories import a_plan, a_report, a_research, a_signal


def test_a_channel_we_are_not_in_is_said_and_tried_again_later(place: Workplace) -> None:
    report = a_report(place.store, channel="C08QUIET")
    with pytest.raises(SlackRejected, match="/invite"):
        place.messenger().draw(report.id or 0, "first")
    asked = len(place.workspace.calls())
    place.messenger().draw(report.id or 0, "second")

    assert len(place.workspace.calls()) == asked
    assert "/invite" in place.store.outbox.of_report(report.id or 0)["card"].trouble


def test_nothing_is_shown_in_a_channel_shared_with_another_workspace(place: Workplace) -> None:
    report = a_report(place.store, channel=SHARED)
    with pytest.raises(SlackRejected, match="another workspace"):
        place.messenger().draw(report.id or 0, "first")

    assert place.workspace.posts_by_bot() == 0


def test_a_private_signal_that_is_still_in_a_public_report_is_not_shown_in_another_channel(life: Life) -> None:
    fields: dict[str, Any] = {"channel": SECRET, "external_id": f"{SECRET}/1700000000.1", "thread_ts": ""}
    signal = a_signal(life.store, report_id=life.id, body="a private thing", **fields)
    with Session(life.store.engine.execution_options(**{WRITING: True})) as session, session.begin():
        session.get_one(Signal, signal.id).visibility = Visibility.PRIVATE  # as it was kept before such left by itself
    shown = "".join(text_of(each) for each in life.draw())

    assert "a private thing" not in shown
    assert "1 more signal not shown" in shown


def test_a_private_report_goes_to_its_own_channel_only(place: Workplace) -> None:
    report = a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    place.draw(report.id or 0)

    assert {call.args["channel"] for call in place.workspace.calls("chat.postMessage")} == {SECRET}
    assert "only in this channel" in text_of(place.thread(report.id or 0)[0])


HOSTILE = (
    "<!channel> <@U01ADA> <!subteam^S1|x> <https://evil.example|nice> @here `code` *bold* ```\nfence\n``` "
    "\u202egnp.exe &lt;"
)


def test_hostile_words_mention_nobody_and_link_nowhere(place: Workplace) -> None:
    life = Life(place, HOSTILE)
    life.store.reports.change(life.id, title=HOSTILE, gist=HOSTILE, note=HOSTILE)
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world", HOSTILE)
    life.store.plans.propose(
        life.id,
        a_plan(title=HOSTILE, approach=HOSTILE, files=(HOSTILE,), test=HOSTILE, risk=HOSTILE),
        because=HOSTILE,
        step="p",
    )
    life.move(Status.AWAITING_APPROVAL, research=a_research(headline=HOSTILE, cause=HOSTILE), because=HOSTILE)
    life.approved()
    life.move(Status.STUCK, because=HOSTILE)
    for message in life.draw():
        for text in mrkdwn_of(message):
            assert "<!" not in text.replace("<!date^", "")
            assert "<@" not in text
            assert "<http" not in text.replace("<http://127.0.0.1", "")
        assert not [
            each for each in elements_of(message) if each["type"] in ("broadcast", "usergroup", "channel_mention")
        ]
        assert {each["user_id"] for each in elements_of(message) if each["type"] == "user"} <= {ADA}
        assert not [each for each in elements_of(message) if each["type"] == "link" and "evil" in each["url"]]
        assert "\u202e" not in text_of(message)


def mrkdwn_of(message: Message) -> list[str]:
    return [message.text, *(each["text"] for each in elements_of(message) if each["type"] == "mrkdwn")]


def elements_of(node: Any) -> list[dict[str, Any]]:
    """Every object of a message's blocks that has a type."""
    if isinstance(node, Message):
        return elements_of(node.blocks)
    if isinstance(node, list):
        return [found for each in node for found in elements_of(each)]
    if isinstance(node, dict):
        return [*([node] if "type" in node else []), *elements_of(list(node.values()))]
    return []


def test_nothing_unfurls(life: Life) -> None:
    life.draw()

    assert {call.args["unfurl_links"] for call in life.place.workspace.calls("chat.postMessage")} <= {
        "0",
        "false",
        False,
    }


def test_blocks_that_slack_refuses_are_said_in_words(life: Life) -> None:
    title = "x" * 400
    life.store.reports.change(life.id, title=title)
    client = life.place.writer.client
    posted = client.chat_postMessage

    def picky(**arguments: Any) -> Any:
        if arguments.get("blocks") and not arguments.get("thread_ts"):
            arguments["blocks"] = [{"type": "no such block"}]
        return posted(**arguments)

    client.chat_postMessage = picky  # type: ignore[method-assign]  # it spoils what is sent
    life.draw()

    card = life.place.thread(life.id)[0]
    assert card.blocks == []
    assert card.text.startswith("SB-")


def test_a_policy_without_approvers_says_that_nobody_may_decide(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    with a_workplace(site, sqlite_store, tmp_path, POLICY.model_copy(update={"approvers": ()})) as place:
        life = Life(place)
        life.researched()
        assert any("names no approvers" in text_of(each) for each in life.draw())


def test_the_approvers_are_told_when_they_must_decide(life: Life) -> None:
    life.researched()
    plan = next(each for each in life.draw() if "Approve" in labels(each))

    assert ADA in text_of(plan)


def test_more_signals_and_plans_than_a_message_holds_still_leave_the_buttons(life: Life) -> None:
    for number in range(60):
        a_signal(life.store, report_id=life.id, source="sentry", external_id=f"X-{number}", channel=SOLAR, thread_ts="",
                 title="&<>" * 100, body="字" * 3_000)  # fmt: skip
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.store.plans.propose(
        life.id,
        a_plan(approach="字&" * 1_900, test="<" * 4_000, files=tuple("é" * 290 for _ in range(40)), risk="&" * 300),
        step="p",
    )
    life.move(Status.AWAITING_APPROVAL, research=a_research(cause="字" * 4_000))
    plan = next(each for each in life.draw() if each.text.startswith("The plan"))

    assert labels(plan) == ["Approve", "Not now"]
