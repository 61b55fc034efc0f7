"""The page and its control routes: what a browser is served, and what a person may see and do through it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from slack_bolt import Ack

from bot.views.words import SIGNS
from playground.workspace import AppSeed
from tests.playground.workspace.workspace_place import MakeBolt, Served

SOLAR = "C07SOLAR"
BUTTON = {"type": "button", "action_id": "approve", "value": "p1", "text": {"type": "plain_text", "text": "Approve"}}


class Browse(Protocol):
    """GETs a path, or POSTs a JSON body to it; the status, the headers and the text."""

    def __call__(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, str], str]: ...


class Screen(Protocol):
    """What the page would show for a query, as the JSON that it is drawn from."""

    def __call__(self, **query: str) -> dict[str, Any]: ...


@pytest.fixture
def browse(served: Served) -> Browse:
    def go(path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, str], str]:
        address = served.ws.api_url.removesuffix("/api/") + path
        data = None if body is None else json.dumps(body).encode()
        try:
            request = urllib.request.Request(address, data)  # noqa: S310 - an address of our own server
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - see above
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read().decode()

    return go


@pytest.fixture
def screen(browse: Browse) -> Screen:
    def look(**query: str) -> dict[str, Any]:
        query = {"user": "U01ADA", "channel": SOLAR, "thread": "", "version": "-1"} | query
        shown: dict[str, Any] = json.loads(browse("/_control/screen?" + urllib.parse.urlencode(query))[2])
        return shown

    return look


def test_the_page_and_everything_it_names_is_served_from_here(browse: Browse) -> None:
    status, headers, html = browse("/")
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'self'")
    seen, waiting = set(), re.findall(r'(?:href|src)="(/[^"]+)"', html)
    assert waiting
    while waiting:
        path = waiting.pop()
        seen.add(path)
        status, _, text = browse(path)
        assert status == 200, path
        assert "http://" not in text, path
        found = {f"/page/{name}" for name in re.findall(r'from "\./([^"]+)"', text)}
        waiting += found - seen
    assert len(seen) > 8
    assert browse(f"/archives/{SOLAR}/p1795157642118209")[2] == html


def test_the_screen_shows_a_person_only_what_they_can_see(served: Served, screen: Screen) -> None:
    client = served.client()
    root = served.ws.say("U01ADA", SOLAR, "root")
    served.ws.say("U02BOB", SOLAR, "reply", root)
    client.chat_postEphemeral(channel=SOLAR, user="U02BOB", text="psst")
    assert [c["name"] for c in screen()["channels"]] == ["solar", "quiet", "secret", "shared"]
    assert [c["name"] for c in screen(user="U02BOB")["channels"]] == ["solar", "quiet", "shared"]
    assert screen(user="U03GUS")["channels"] == []
    assert screen(user="U02BOB", channel="C09SECRET")["messages"] == []
    assert [m["text"] for m in screen()["messages"]] == ["root"]
    assert [(m["text"], m.get("is_ephemeral")) for m in screen(user="U02BOB")["messages"]] == [
        ("root", None),
        ("psst", True),
    ]
    assert [m["text"] for m in screen(thread=root)["thread"]] == ["root", "reply"]
    traffic = screen()["traffic"]
    assert traffic[0]["name"] == "chat.postEphemeral"
    assert traffic[0]["note"] == "ok"


def test_the_screen_says_when_nothing_changed(served: Served, screen: Screen) -> None:
    version = screen()["version"]
    assert screen(version=str(version)) == {"version": version, "unchanged": True}
    served.ws.say("U01ADA", SOLAR, "news")
    assert screen(version=str(version))["version"] > version


def test_people_act_through_the_control_routes(served: Served, bolt: MakeBolt, browse: Browse) -> None:
    app = bolt()
    pressed: list[str] = []

    @app.app.action("approve")
    def approve(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        pressed.append(body["user"]["id"])

    app.app.command("/investigate")(lambda ack: ack("on it"))
    app.connect()
    said = json.loads(browse("/_control/say", {"user": "U01ADA", "channel": SOLAR, "text": "hello"})[2])
    assert served.ws.message(SOLAR, said["ts"]).text == "hello"
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    ts = served.client().chat_postMessage(channel=SOLAR, text="plan", blocks=blocks)["ts"]
    click = {"user": "U02BOB", "channel": SOLAR, "ts": ts, "action_id": "approve", "value": "p1"}
    assert json.loads(browse("/_control/click", click)[2]) == {"ok": True, "acked": True}
    served.ws.wait_for(lambda: pressed == ["U02BOB"], 3, "the click")
    command = {"user": "U01ADA", "channel": SOLAR, "command": "/investigate", "text": "x"}
    assert json.loads(browse("/_control/command", command)[2])["text"] == "on it"


def test_a_refused_or_malformed_gesture_is_explained(served: Served, browse: Browse) -> None:
    status, _, text = browse("/_control/say", {"user": "U03GUS", "channel": SOLAR, "text": "hi"})
    assert (status, "cannot see #solar" in json.loads(text)["error"]) == (409, True)
    status, _, text = browse("/_control/say", {"user": "U01ADA"})
    assert (status, json.loads(text)["ok"]) == (400, False)


def test_an_app_is_read_from_its_manifest() -> None:
    app = AppSeed.from_manifest(
        {
            "display_information": {"name": "Signalbox"},
            "features": {
                "slash_commands": [{"command": "/investigate", "description": "Start"}],
                "shortcuts": [{"name": "Investigate", "type": "message", "callback_id": "investigate_message"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        }
    )
    assert (app.name, app.scopes, app.events) == ("signalbox", ("chat:write",), ("app_mention",))
    assert [c.command for c in app.commands] == ["/investigate"]
    assert [s.callback_id for s in app.shortcuts] == ["investigate_message"]


def test_the_page_draws_every_emoji_that_the_bot_and_the_demos_people_use() -> None:
    root = Path(__file__).parents[3]
    drawn = set(re.findall(r'["\s]([\w+-]+)"?: "', (root / "playground/page/dom.js").read_text()))
    views = "".join(file.read_text() for file in (root / "bot/views").glob("*.py"))
    said = json.loads((root / "playground/demo_signals.json").read_text())
    people = set(re.findall(r"(?<!\w):([a-z_]+):", "\n".join(_texts(said))))

    used = {*re.findall(r'Sign\("([a-z_]+)"', views), *SIGNS.values(), *people}

    assert {"warning", "point_down", "raised_hand"} <= used
    assert used <= drawn


def _texts(node: object) -> Iterator[str]:
    """Every string in a piece of JSON."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _texts(each)
