"""Which scopes the bot's token needs, by the methods of Slack's Web API that `bot/slack/writer.py` calls."""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, tuple[str, ...]] = {
    "auth.test": (),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.replies": ("channels:history", "groups:history"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.info": ("channels:read", "groups:read"),
    "files.upload": ("files:write",),  # files.getUploadURLExternal and files.completeUploadExternal
    "reactions.add": ("reactions:write",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}
"""Every method that is called, with the scopes it needs; the manifest asks for these."""
