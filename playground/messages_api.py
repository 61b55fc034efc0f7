"""The wire of a Messages API: what a request must hold, how errors and replies are written, streamed or whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground import thoughts
from playground.faults import Fault
from playground.recorded import Turn, Wanted
from playground.wire import Answer

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
HEADERS = ("x-signalbox-stage", "x-signalbox-subject", "x-signalbox-turn")
MOST_MARKS = 4
CHARACTERS_A_TOKEN = 4  # a rough count, good enough where no real tokenizer is at hand
Blocks = list[dict[str, Any]]


@dataclass(eq=False)
class ApiError(Exception):
    """The request is answered with this status and message, in the API's own error body."""

    status: int
    message: str

    def answer(self, retry_after: int | None = None) -> Answer:
        error = {"type": ERROR_TYPES.get(self.status, "api_error"), "message": self.message}
        headers = {"request-id": "req_playground"}
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        body = {"type": "error", "error": error, "request_id": headers["request-id"]}
        return Answer(self.status, body, headers)


def refusal(fault: Fault) -> Answer:
    """The API's error for a fault; a rate limit says when to come back."""
    words = {429: "This request would exceed your rate limit.", 529: "Overloaded"}
    error = ApiError(fault.status, words.get(fault.status, "Internal server error"))
    return error.answer(fault.retry_after if fault.status in words else None)


def wanted(headers: Mapping[str, str]) -> Wanted:
    """Which reply the request's headers ask for. Raises ApiError 400 when they do not say."""
    stage, subject, turn = (headers.get(name, "") for name in HEADERS)
    missing = [name for name, value in zip(HEADERS, (stage, subject, turn), strict=True) if not value]
    if missing:
        raise ApiError(400, f"A reply is chosen by the headers {', '.join(HEADERS)}; missing: {', '.join(missing)}.")
    if not turn.isdigit() or turn == "0":
        raise ApiError(400, f"x-signalbox-turn counts from 1; {turn!r} is no such number.")
    return Wanted(stage, subject, int(turn))


def check_request(headers: Mapping[str, str], body: Any) -> dict[str, Any]:
    """The body, if the real API would take it. Raises ApiError as that would."""
    if not (headers.get("x-api-key") or headers.get("authorization")):
        raise ApiError(401, "x-api-key header is required")
    if not isinstance(body, dict):
        raise ApiError(400, "The request body must be a JSON object")
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            raise ApiError(400, f"{name}: Field required")
    if (marks := _marks(body)) > MOST_MARKS:
        raise ApiError(400, f"A maximum of {MOST_MARKS} blocks with cache_control may be provided. Found {marks}.")
    messages = body["messages"]
    if messages[0].get("role") != "user":
        raise ApiError(400, "messages: first message must use the user role")
    for number, message in enumerate(messages):
        following = messages[number + 1] if number + 1 < len(messages) else None
        _check_message(number, message, following)
    if sentence := thoughts.changed(body):
        raise ApiError(400, sentence)
    return body


def _check_message(number: int, message: dict[str, Any], following: dict[str, Any] | None) -> None:
    if message.get("role") not in ("user", "assistant"):
        raise ApiError(400, f"messages.{number}.role: Input should be 'user' or 'assistant'")
    if not message.get("content"):
        raise ApiError(400, f"messages.{number}: messages must have non-empty content")
    blocks = _blocks(message)
    if any(block.get("type") == "text" and not block.get("text", "").strip() for block in blocks):
        raise ApiError(400, f"messages.{number}: text content blocks must contain non-whitespace text")
    called = [block["id"] for block in blocks if block.get("type") == "tool_use"]
    if len(set(called)) < len(called):
        raise ApiError(400, f"messages.{number}: `tool_use` ids must be unique")
    if any(not isinstance(block.get("input"), dict) for block in blocks if block.get("type") == "tool_use"):
        raise ApiError(400, f"messages.{number}: tool_use.input: Input should be a valid dictionary")
    kinds = [block.get("type") for block in blocks]
    if "tool_result" in kinds[1:] and any(kind != "tool_result" for kind in kinds[: _last(kinds, "tool_result")]):
        raise ApiError(400, f"messages.{number}: `tool_result` blocks must come first in the content")
    if any(block.get("type") == "thinking" and not block.get("signature") for block in blocks):
        raise ApiError(400, f"messages.{number}: thinking.signature: Field required")
    answered = {b.get("tool_use_id") for b in _blocks(following or {}) if b.get("type") == "tool_result"}
    if unanswered := [name for name in called if name not in answered]:
        raise ApiError(
            400,
            f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(unanswered)}",
        )


def _last(kinds: list[Any], kind: str) -> int:
    return len(kinds) - kinds[::-1].index(kind)


def _marks(body: Mapping[str, Any]) -> int:
    """How many blocks, tools included, are marked for the prompt cache."""
    system = body.get("system")
    parts: Blocks = [*body.get("tools", []), *(system if isinstance(system, list) else [])]
    parts += [block for message in body["messages"] for block in _blocks(message)]
    return sum(bool(part.get("cache_control")) for part in parts)


def _blocks(message: Mapping[str, Any]) -> Blocks:
    content = message.get("content")
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def texts(value: Any) -> Iterator[str]:
    """Every string anywhere in a request, as the model would read it and not as JSON escapes it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def count_tokens(body: Any) -> int:
    return max(1, sum(map(len, texts(body))) // CHARACTERS_A_TOKEN)


def reply(asked: Wanted, turn: Turn, model: str, *, stream: bool) -> Answer:
    """A reply; the same request has the same message id."""
    digest = hashlib.sha256(str(asked).encode()).hexdigest()[:20]
    message = {
        "id": f"msg_{digest}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": turn.content,
        "stop_reason": turn.stop_reason,
        "stop_sequence": None,
        "usage": dict(turn.usage),
    }
    headers = {"request-id": f"req_{digest}"}
    if not stream:
        return Answer(200, message, headers)
    return Answer(200, b"".join(_events(message)), headers, "text/event-stream; charset=utf-8")


def _events(message: dict[str, Any]) -> Iterator[bytes]:
    usage = message["usage"]
    opening = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield _event("message_start", {"message": opening})
    for index, block in enumerate(message["content"]):
        start, deltas = _parts(block)
        yield _event("content_block_start", {"index": index, "content_block": start})
        for delta in deltas:
            yield _event("content_block_delta", {"index": index, "delta": delta})
        yield _event("content_block_stop", {"index": index})
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", {"delta": ending, "usage": {"output_tokens": usage["output_tokens"]}})
    yield _event("message_stop", {})


def _parts(block: dict[str, Any]) -> tuple[dict[str, Any], Blocks]:
    """How a block begins in a stream, and the deltas that complete it."""
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": block["text"]}]
    if block["type"] == "tool_use":
        written = json.dumps(block["input"])
        return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": written}]
    if block["type"] == "thinking":
        said: Blocks = [{"type": "thinking_delta", "thinking": block["thinking"]}]
        signed = {"type": "signature_delta", "signature": block.get("signature", "")}
        return {**block, "thinking": "", "signature": ""}, [*said, signed]
    return block, []


def _event(kind: str, value: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **value})}\n\n".encode()
