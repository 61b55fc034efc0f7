"""How users, channels, messages, views and files look on Slack's wire."""

from __future__ import annotations

from typing import Any

from playground.workspace.records import Json, Message, StoredFile, View
from playground.workspace.seed import UserSeed
from playground.workspace.state import Channel, State


def user_json(state: State, user: UserSeed, *, with_email: bool) -> Json:
    app = state.seed.app
    profile: Json = {"real_name": user.display, "display_name": user.name, "title": user.title}
    if with_email and user.email:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": app.id if user.id == app.bot_user_id else ""}
    enterprise: Json = {}
    if user.teams:
        enterprise = {"enterprise_user": {"id": user.id, "enterprise_id": "E07ACME", "teams": list(user.teams)}}
    return {
        **enterprise,
        "id": user.id,
        "team_id": user.team_id or state.seed.team.id,
        "name": user.name,
        "real_name": user.display,
        "deleted": user.deleted,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "is_admin": user.is_admin,
        "is_owner": user.is_admin,
        "is_primary_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_stranger": user.is_stranger,
        "updated": 0,
        "profile": profile,
    }


def channel_json(state: State, channel: Channel) -> Json:
    bot = state.seed.app.bot_user_id
    shared: Json = {
        "id": channel.id,
        "created": 0,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "context_team_id": state.seed.team.id,
    }
    if channel.is_im:
        other = next(iter(channel.members - {bot}), bot)
        return shared | {"user": other, "is_open": True}
    return shared | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.name == "general",
        "is_member": bot in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def bot_profile(state: State, bot_id: str) -> Json:
    app = state.seed.app
    name = next((u.display for u in state.users.values() if u.bot_id == bot_id), app.name)
    return {
        "id": bot_id,
        "app_id": app.id if bot_id == app.bot_id else "",
        "name": name,
        "deleted": False,
        "updated": 0,
        "team_id": state.seed.team.id,
    }


def message_json(state: State, message: Message, *, with_metadata: bool = False) -> Json:
    """The message as the Web API returns it and as events carry it (events add channel and event_ts)."""
    user = state.users.get(message.user)
    shown: Json = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": (user.team_id if user else None) or state.seed.team.id,
    }
    optional: Json = {
        "subtype": message.subtype,
        "client_msg_id": message.client_msg_id,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "files": [_shared_file(state, message, state.files[f]) for f in message.files],
        "attachments": message.attachments,
        "upload": False if message.files else None,
    }
    shown |= {key: value for key, value in optional.items() if value not in (None, "", [])}
    if user is not None and user.team_id:
        shown |= {"user_team": user.team_id, "source_team": user.team_id}
    if message.bot_id:
        profile = bot_profile(state, message.bot_id)
        shown |= {"bot_id": message.bot_id, "app_id": profile["app_id"], "bot_profile": profile}
    if message.edited_ts:
        shown["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.reactions:
        shown["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()]
    if with_metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown | _thread_json(state, message)


def _thread_json(state: State, message: Message) -> Json:
    channel = state.channels[message.channel]
    if message.thread_ts:
        root = channel.messages.get(message.thread_ts)
        return {"parent_user_id": root.user} if root else {}
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users[:5],
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


_KINDS = {
    "log": ("text", "Plain Text", "text/plain"),
    "txt": ("text", "Plain Text", "text/plain"),
    "py": ("python", "Python", "text/x-python"),
    "json": ("json", "JSON", "application/json"),
    "png": ("png", "PNG", "image/png"),
    "pdf": ("pdf", "PDF", "application/pdf"),
}
_PREVIEW_LINES, _PREVIEW = 5, 700


def file_json(state: State, file: StoredFile) -> Json:
    kind, pretty, mime = _KINDS.get(file.name.rpartition(".")[2].lower(), ("binary", "Binary", "application/binary"))
    shown: Json = {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mime,
        "filetype": kind,
        "pretty_type": pretty,
        "size": file.length,
        "mode": "snippet" if file.is_snippet else "hosted",
        "file_access": "visible",
        "url_private": f"{state.address}/files/{file.id}",
        "permalink": f"{state.address}/files/{file.id}",
    }
    if not file.is_snippet or file.content is None:
        return shown
    lines = file.content.decode(errors="replace").splitlines()
    preview = "\n".join(lines[:_PREVIEW_LINES])[:_PREVIEW]
    return shown | {
        "preview": preview,
        "lines": len(lines),
        "lines_more": max(0, len(lines) - _PREVIEW_LINES),
        "preview_is_truncated": len(preview) < len("\n".join(lines)),
    }


def _shared_file(state: State, message: Message, file: StoredFile) -> Json:
    """As a message shows it. In a channel that another workspace shares, Slack tells only that there is one."""
    if state.channels[message.channel].is_ext_shared:
        return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    return file_json(state, file)


def view_json(state: State, view: View, values: Json | None = None) -> Json:
    app = state.seed.app
    content: dict[str, Any] = {
        "private_metadata": "",
        "callback_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **view.content,
    }
    return content | {
        "id": view.id,
        "team_id": state.seed.team.id,
        "app_id": app.id,
        "bot_id": app.bot_id,
        "app_installed_team_id": state.seed.team.id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": values or {}},
    }
