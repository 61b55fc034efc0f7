"""What people do with the app itself: commands, buttons, shortcuts, modals, the Home tab."""

from __future__ import annotations

from typing import Any

from playground.workspace import element_state
from playground.workspace.core import Core
from playground.workspace.events import TOKEN
from playground.workspace.interactivity import ResponseAddress
from playground.workspace.methods import views
from playground.workspace.people import People
from playground.workspace.problems import PersonCannot, SlackError
from playground.workspace.records import (
    CommandAnswer,
    Delivery,
    Envelope,
    EnvelopeType,
    Ephemeral,
    Json,
    Message,
    SubmitAnswer,
    View,
)
from playground.workspace.responses import show
from playground.workspace.shapes import message_json, view_json
from playground.workspace.wording import typed


class Gestures:
    """Everything raises PersonCannot with a sentence when Slack would not let this person do it."""

    def __init__(self, core: Core, people: People) -> None:
        self._core = core
        self._state = core.state
        self._people = people

    # ---- slash commands

    def command(
        self, user_id: str, channel_id: str, command: str, text: str = "", thread_ts: str | None = None
    ) -> CommandAnswer:
        """Type a slash command; returns once the app has acknowledged it, or after the time it has for that."""
        with self._state.changing():
            channel = self._people.inside(user_id, channel_id)
            if thread_ts:
                raise PersonCannot(f"{command} is not supported in threads. Sorry!")
            seed = next((each for each in self._core.app.commands if each.command == command), None)
            if seed is None:
                raise PersonCannot(f"{command} is not a valid command: the app does not have it")
            if "commands" not in self._core.app.scopes:
                raise PersonCannot(f"{command} cannot be used: the app does not hold the scope commands")
            self._demand_connection()
            user = self._state.users[user_id]
            payload: Json = {
                "token": TOKEN,
                "team_id": self._core.seed.team.id,
                "team_domain": self._core.seed.team.domain,
                "channel_id": channel.id,
                "channel_name": "privategroup" if channel.is_private else channel.name,
                "user_id": user.id,
                "user_name": user.name,
                "command": command,
                "text": typed(text, self._state.users.values()) if seed.should_escape else text,
                "api_app_id": self._core.app.id,
                "is_enterprise_install": "false",
                "response_url": self._core.interactivity.response_url(channel.id, user.id),
                "trigger_id": self._core.interactivity.trigger(user.id),
            }
            envelope = self._core.switchboard.send(EnvelopeType.COMMAND, payload)
        if not self._acked(envelope):
            error = "dispatch_failed" if envelope.lost else "operation_timeout"
            return CommandAnswer(envelope.envelope_id, acked=False, error=error)
        with self._state.changing():
            return self._show_answer(envelope, channel.id, user.id)

    def _show_answer(self, envelope: Envelope, channel_id: str, user_id: str) -> CommandAnswer:
        answer = envelope.answer or {}
        text, in_channel = str(answer.get("text") or ""), answer.get("response_type") == "in_channel"
        try:
            blocks = self._core.blocks(answer.get("blocks"))
        except SlackError as error:
            return CommandAnswer(envelope.envelope_id, acked=True, text=text, error=error.error)
        if text or blocks:
            show(self._core, ResponseAddress(channel_id, user_id, 0, 0), text, blocks, in_channel=in_channel)
        return CommandAnswer(envelope.envelope_id, acked=True, text=text, blocks=blocks, in_channel=in_channel)

    # ---- buttons and other elements

    def click(self, user_id: str, channel_id: str, ts: str, action_id: str, value: str | None = None) -> Delivery:
        """Press a button, or choose `value` in a select, of a message or of one's own ephemeral."""
        with self._state.changing():
            channel = self._people.seen(user_id, channel_id)
            ephemeral = self._own_ephemeral(user_id, channel_id, ts)
            message = None if ephemeral else self._people.message(channel, ts)
            shown = ephemeral or message
            block, element = element_state.find(shown.blocks if shown else [], action_id, value, user_id)
            payload = self._interaction("block_actions", user_id) | {
                "container": {
                    "type": "message",
                    "message_ts": ts,
                    "channel_id": channel_id,
                    "is_ephemeral": ephemeral is not None,
                },
                "channel": {"id": channel_id, "name": channel.name},
                "state": {"values": {}},
                "actions": [self._action(block, element, value)],
                "response_url": self._core.interactivity.response_url(
                    channel_id,
                    user_id,
                    message_ts=ts,
                    ephemeral=ephemeral,
                    thread_ts=shown.thread_ts if shown else None,
                ),
            }
            if message is not None:
                payload["message"] = message_json(self._state, message)
                payload["container"] |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
            envelope = self._send(payload)
        return self._delivery(envelope)

    def click_view(self, user_id: str, view: View | None, action_id: str, value: str | None = None) -> Delivery:
        """Press a button of a Home tab or of a modal."""
        with self._state.changing():
            self._people.person(user_id)
            if view is None:
                raise PersonCannot(f"{user_id} has no such view open")
            block, element = element_state.find(view.content["blocks"], action_id, value, user_id)
            payload = self._interaction("block_actions", user_id) | {
                "container": {"type": "view", "view_id": view.id},
                "view": view_json(self._state, view),
                "actions": [self._action(block, element, value)],
            }
            envelope = self._send(payload)
        return self._delivery(envelope)

    def _action(self, block: Json, element: Json, value: str | None) -> Json:
        return element_state.chosen(element, value) | {
            "block_id": block["block_id"],
            "action_ts": self._state.stamps.next(),
        }

    def _own_ephemeral(self, user_id: str, channel_id: str, ts: str) -> Ephemeral | None:
        for ephemeral in self._state.ephemerals:
            if (ephemeral.user, ephemeral.channel, ephemeral.ts) == (user_id, channel_id, ts):
                return ephemeral
        return None

    # ---- shortcuts

    def shortcut(self, user_id: str, channel_id: str, ts: str, callback_id: str) -> Delivery:
        """Use a message shortcut on a message, also on a reply."""
        with self._state.changing():
            channel = self._people.inside(user_id, channel_id)
            message: Message = self._people.message(channel, ts)
            known = {each.callback_id for each in self._core.app.shortcuts if each.type == "message"}
            if callback_id not in known:
                raise PersonCannot(f"the app has no message shortcut {callback_id}")
            payload = self._interaction("message_action", user_id) | {
                "callback_id": callback_id,
                "action_ts": self._state.stamps.next(),
                "message_ts": ts,
                "channel": {"id": channel.id, "name": channel.name},
                "message": message_json(self._state, message),
                "response_url": self._core.interactivity.response_url(channel.id, user_id, thread_ts=message.thread_ts),
            }
            envelope = self._send(payload)
        return self._delivery(envelope)

    # ---- Home tab and modals

    def open_home(self, user_id: str) -> None:
        with self._state.changing():
            self._people.person(user_id)
            self._core.events.home_opened(user_id)

    def submit(self, user_id: str, view_id: str, values: dict[str, dict[str, Any]]) -> SubmitAnswer:
        """Submit the modal on top. `values` is {block_id: {action_id: typed text, option value, or state object}}."""
        with self._state.changing():
            view = self._top(user_id, view_id)
            state = element_state.state_values(view.content["blocks"], values)
            payload = self._interaction("view_submission", user_id) | {
                "view": view_json(self._state, view, state),
                "response_urls": [],
            }
            envelope = self._send(payload)
        if not self._acked(envelope):
            return SubmitAnswer(envelope.envelope_id, acked=False, view=view)
        with self._state.changing():
            return self._after_submit(user_id, view, envelope)

    def _after_submit(self, user_id: str, view: View, envelope: Envelope) -> SubmitAnswer:
        answer = envelope.answer or {}
        action, stack = answer.get("response_action"), self._state.modals[user_id]
        errors: dict[str, str] = {}
        if action == "errors":
            errors = {str(key): str(text) for key, text in dict(answer.get("errors") or {}).items()}
        elif action == "update":
            views.replace(self._core, view, views.content(self._core, answer.get("view"), "modal"))
        elif action == "push":
            views.push_view(self._core, user_id, views.content(self._core, answer.get("view"), "modal"))
        elif action == "clear":
            stack.clear()
        else:
            stack.pop()
        return SubmitAnswer(envelope.envelope_id, acked=True, errors=errors, view=self._state.modal(user_id))

    def close(self, user_id: str, view_id: str) -> None:
        """Close the modal on top; the app hears of it only if the view asked for that."""
        with self._state.changing():
            view = self._top(user_id, view_id)
            self._state.modals[user_id].pop()
            if view.content.get("notify_on_close"):
                payload = self._interaction("view_closed", user_id)
                self._send(payload | {"view": view_json(self._state, view), "is_cleared": False})

    def _top(self, user_id: str, view_id: str) -> View:
        self._people.person(user_id)
        view = self._state.modal(user_id)
        if view is None or view.id != view_id:
            raise PersonCannot(f"the modal {view_id} is not on top of {user_id}'s screen")
        return view

    # ---- what all interactions share

    def _interaction(self, kind: str, user_id: str) -> Json:
        user, team = self._state.users[user_id], self._core.seed.team
        return {
            "type": kind,
            "team": {"id": team.id, "domain": team.domain},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id or team.id},
            "api_app_id": self._core.app.id,
            "token": TOKEN,
            "trigger_id": self._core.interactivity.trigger(user_id),
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _demand_connection(self) -> None:
        if not self._core.switchboard.connected:
            raise PersonCannot("the app is not connected: Slack shows a warning sign, and nothing is delivered later")

    def _send(self, payload: Json) -> Envelope:
        self._demand_connection()
        return self._core.switchboard.send(EnvelopeType.INTERACTIVE, payload)

    def _acked(self, envelope: Envelope) -> bool:
        envelope.settled.wait(self._core.seed.rules.ack_seconds)
        return envelope.acks > 0

    def _delivery(self, envelope: Envelope) -> Delivery:
        return Delivery(envelope.envelope_id, self._acked(envelope))
