"""files.*: the three-step upload; the bytes stay in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method, joined
from playground.workspace.problems import SlackError
from playground.workspace.records import Json, StoredFile
from playground.workspace.shapes import file_json


def get_upload_url(core: Core, args: Args) -> Json:
    name = args.need("filename")
    length = args.number("length", 0, 1 << 30)
    if not length:
        raise SlackError("invalid_arguments")
    file = StoredFile(core.state.fresh_id("F"), name, length)
    core.state.files[file.id] = file
    return {"upload_url": f"{core.state.address}/upload/{file.id}", "file_id": file.id}


def receive(core: Core, file_id: str, content: bytes) -> bool:
    """The bytes of an announced upload; False when it is unknown or has another length than announced."""
    file = core.state.files.get(file_id)
    if file is None or file.completed or len(content) != file.length:
        return False
    file.content = content
    return True


def complete_upload(core: Core, args: Args) -> Json:
    announced: Any = args.json("files")
    if not isinstance(announced, list) or not announced:
        raise SlackError("invalid_arguments")
    files = [_uploaded(core, entry) for entry in announced]
    channel_id = args.text("channel_id")
    channel = joined(core, channel_id) if channel_id else None
    thread_ts = core.root(channel, args.text("thread_ts") or None) if channel else None
    for file in files:
        file.completed = True
    if channel is not None:
        core.post_as_bot(
            channel, args.text("initial_comment"), [], thread_ts=thread_ts, files=[file.id for file in files]
        )
    return {"files": [file_json(core.state, file) for file in files]}


def _uploaded(core: Core, entry: Any) -> StoredFile:
    file = core.state.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
    if file is None or file.content is None or file.completed:
        raise SlackError("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file


METHODS: Mapping[str, Method] = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
}
