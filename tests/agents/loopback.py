"""A small Messages API on loopback: it answers from a list, or by the model that is asked, and has a prompt cache."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

USAGE = {
    "input_tokens": 1000,
    "output_tokens": 200,
    "cache_creation_input_tokens": 2000,
    "cache_read_input_tokens": 10_000,
}


@dataclass
class Reply:
    """One answer of the API."""

    content: list[Mapping[str, Any]] = field(default_factory=list)
    stop_reason: str = "end_turn"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""
    message: str = "words of the API"  # of an error
    error_code: str = ""

    def body(self, model: str, usage: Mapping[str, int]) -> bytes:
        if self.raw:
            return self.raw.encode()
        if self.status != 200:
            kind = {429: "rate_limit_error", 529: "overloaded_error"}.get(self.status, "invalid_request_error")
            details = {"details": {"error_code": self.error_code}} if self.error_code else {}
            return json.dumps({"type": "error", "error": {"type": kind, "message": self.message, **details}}).encode()
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": self.content}
        return json.dumps({**message, "stop_reason": self.stop_reason, "stop_sequence": None, "usage": usage}).encode()


def says(value: object, stop_reason: str = "end_turn") -> Reply:
    """The model answers with this text, or with this value as JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return Reply([{"type": "text", "text": text}], stop_reason)


class PromptCache:
    """Counts as the real one: what stands before a mark is written once, and read from there by whoever repeats it.

    The order is tools, system, messages; a prefix is known by all its blocks. A token is four characters. From each
    mark it looks back at most twenty blocks for something it knows.
    """

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def usage(self, body: dict[str, Any]) -> dict[str, int]:
        """What a request reads, writes and has beyond."""
        blocks = [*body.get("tools", []), *body["system"]]
        for message in body["messages"]:
            content = message["content"]
            blocks += content if isinstance(content, list) else [{"type": "text", "text": content}]
        prefixes, sizes, so_far, size = [], [], "", 0
        for block in blocks:
            text = json.dumps({key: value for key, value in block.items() if key != "cache_control"}, sort_keys=True)
            so_far, size = hashlib.sha256(f"{so_far}{text}".encode()).hexdigest(), size + len(text) // 4
            prefixes.append((body["model"], so_far))
            sizes.append(size)
        marks = [place for place, block in enumerate(blocks) if "cache_control" in block]
        assert len(marks) <= 4, "the API takes four marks"
        hits = [back for mark in marks for back in range(mark, max(-1, mark - 20), -1) if prefixes[back] in self._known]
        read = max((sizes[hit] for hit in hits), default=0)
        self._known.update(prefixes[mark] for mark in marks)
        written = max((sizes[mark] for mark in marks), default=0) - read
        return {
            "input_tokens": size - read - written,
            "output_tokens": 50,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
        }


@dataclass
class Api:
    """A Messages API that answers from a list, the last answer for ever, and remembers what it was asked.

    `by_model` answers for a model in place of the list; `cache` counts tokens as a real prompt cache would.
    """

    replies: list[Reply]
    by_model: dict[str, Callable[[dict[str, Any]], Reply]] = field(default_factory=dict)
    cache: PromptCache | None = None
    asked: list[tuple[Mapping[str, str], dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    def answer(self, headers: Mapping[str, str], body: dict[str, Any]) -> Reply:
        self.asked.append((headers, body))
        if body["model"] in self.by_model:
            return self.by_model[body["model"]](body)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]


def _named_in(path: str) -> str:
    """The model that Bedrock and Vertex name in the address: .../models/NAME:rawPredict, /model/NAME/invoke."""
    found = re.search(r"/models?/([^/]+?)(?:/invoke|:rawPredict)$", path)
    return unquote(found[1]) if found else ""


@contextmanager
def serving(served: Api) -> Iterator[Api]:
    """The API, at an address of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two pieces

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body.setdefault("model", _named_in(self.path))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = served.answer({**headers, ":path": self.path}, body)
            usage = served.cache.usage(body) if served.cache is not None else USAGE
            data = reply.body(body["model"], usage)
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()
