"""Everything one person's Slack window shows at one moment, and beside it the traffic with the app."""

from __future__ import annotations

import json

from playground.workspace.records import Call, Envelope, Ephemeral, Json, Message, View
from playground.workspace.shapes import message_json, view_json
from playground.workspace.state import Channel, State

TRAFFIC = 60
LONG = 2_000


def screen(state: State, connected: int, user: str, channel: str, thread: str) -> Json:
    """What `user` sees with `channel` open and the thread of `thread` beside it; "" for none of them."""
    with state.lock:
        visible = [c for c in state.channels.values() if not c.is_im and _sees(state, user, c)]
        room = next((c for c in visible if c.id == channel), None)
        app = state.seed.app
        return {
            "version": state.version,
            "team": {"id": state.seed.team.id, "name": state.seed.team.name},
            "app": {
                "name": app.name,
                "user": app.bot_user_id,
                "connected": connected,
                "commands": [vars(command) for command in app.commands],
                "shortcuts": [vars(shortcut) for shortcut in app.shortcuts if shortcut.type == "message"],
            },
            "users": [_user(state, each) for each in state.users],
            "channels": [_channel(state, each, user) for each in visible],
            "messages": _shown(state, room, user, None) if room else [],
            "thread": _shown(state, room, user, thread) if room and thread in room.messages else [],
            "home": _view(state, state.home(user)),
            "modal": _view(state, state.modal(user)),
            "traffic": [_line(entry) for entry in state.journal[-TRAFFIC:][::-1]],
        }


def _sees(state: State, user: str, channel: Channel) -> bool:
    person = state.users.get(user)
    if person is None:
        return False
    closed = channel.is_private or person.is_guest or person.team_id is not None
    return not closed or user in channel.members


def _user(state: State, user_id: str) -> Json:
    user = state.users[user_id]
    kind = "app" if user.is_bot else "guest" if user.is_guest else "other workspace" if user.team_id else ""
    return {
        "id": user.id,
        "name": user.name,
        "display": user.display,
        "title": user.title,
        "kind": kind,
        "deleted": user.deleted,
    }


def _channel(state: State, channel: Channel, user: str) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "is_private": channel.is_private,
        "is_member": user in channel.members,
        "members": len(channel.members),
        "has_app": state.seed.app.bot_user_id in channel.members,
        "latest": channel.order[-1] if channel.order else "",
    }


def _shown(state: State, channel: Channel, user: str, thread: str | None) -> list[Json]:
    """Messages and this person's ephemerals, of the channel or of one of its threads, oldest first."""
    messages: list[Message] = (
        channel.roots() if thread is None else [channel.messages[thread], *channel.replies(thread)]
    )
    own: list[Ephemeral] = [
        each for each in state.ephemerals if (each.user, each.channel, each.thread_ts) == (user, channel.id, thread)
    ]
    shown = [message_json(state, each) | {"permalink": state.permalink(each)} for each in messages]
    shown += [_ephemeral(state, each) for each in own]
    return sorted(shown, key=lambda each: str(each["ts"]))


def _ephemeral(state: State, ephemeral: Ephemeral) -> Json:
    return {
        "ts": ephemeral.ts,
        "user": state.seed.app.bot_user_id,
        "bot_id": state.seed.app.bot_id,
        "text": ephemeral.text,
        "blocks": ephemeral.blocks,
        "is_ephemeral": True,
    }


def _view(state: State, view: View | None) -> Json | None:
    return view_json(state, view) if view else None


def _line(entry: Call | Envelope) -> Json:
    if isinstance(entry, Call):
        return {
            "kind": "call",
            "at": entry.at,
            "name": entry.method,
            "ok": bool(entry.answer and entry.answer["ok"] and entry.status == 200),
            "note": _outcome(entry),
            "body": _cut({"args": entry.args, "answer": entry.answer}),
        }
    return {
        "kind": "envelope",
        "at": entry.created_at,
        "name": f"{entry.type}: {entry.label}",
        "ok": entry.acks > 0,
        "note": _progress(entry),
        "body": _cut(entry.payload),
    }


def _outcome(call: Call) -> str:
    if call.status is None:
        return "in flight"
    if call.status == 0:
        return "no answer"
    error = call.answer.get("error", "ok") if call.answer else "not performed"
    return str(error) if call.status == 200 else f"{call.status} {error}"


def _progress(envelope: Envelope) -> str:
    if envelope.acked_at is not None:
        spent = round((envelope.acked_at - envelope.sent[0]) * 1000)
        return f"acked in {spent} ms" + (f", attempt {envelope.attempts}" if envelope.attempts > 1 else "")
    if envelope.lost:
        return "lost"
    return f"unacked, {envelope.attempts} sent" if envelope.attempts else "waiting for a connection"


def _cut(value: Json) -> str:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return text if len(text) <= LONG else text[:LONG] + "…"
