"""What an agent did, in plain words: one line for a call of a tool, without the tool's name. Pure, unredacted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from agents.exchange import ToolCall

LONG = frozenset({"submit_fix"})  # what comes after it takes minutes
_MOST = 4_000  # characters, before whoever keeps it has redacted and cut it

_MESSAGE = re.compile(r"[CDG][A-Z0-9]{2,20}/\d{9,11}\.\d{1,6}")

Arguments = Mapping[str, Any]


def deed(call: ToolCall) -> str:
    """Such as `read shop/prices.py, lines 80 to 120`. Arguments are the model's own and may be wrong in any way."""
    known = _DEEDS.get(call.name)
    others = _outer if "__" in call.name else _otherwise
    said = known(call.arguments) if known is not None else others(call)
    return " ".join(said.split())[:_MOST]


def _outer(call: ToolCall) -> str:
    """A tool of a server that the policy names: whom was asked for what."""
    server, _, what = call.name.partition("__")
    about = _about(call)
    return f"asked {server} for {what.replace('_', ' ').strip()}{f': {about}' if about else ''}"


def _otherwise(call: ToolCall) -> str:
    """What the words of a tool's name and arguments tell, for one that has no sentence of its own here."""
    about, what = _about(call), call.name.replace("_", " ")
    return f"looked up {what}: {about}" if about else f"looked up {what}"


def _about(call: ToolCall) -> str:
    return ", ".join(str(value) for value in call.arguments.values() if value not in ("", None, 0, False))


def _read(given: Arguments) -> str:
    first = _number(given.get("start"), 1)
    return f"read {given.get('path', '')}, lines {first} to {first + _number(given.get('lines'), 200) - 1}"


def _searched(given: Arguments) -> str:
    return f"searched {given.get('under') or 'the repository'} for “{given.get('pattern', '')}”"


def _listed(given: Arguments) -> str:
    return f"listed the files in {given.get('under') or 'the repository'}"


def _history(given: Arguments) -> str:
    words = f" about “{given['words']}”" if given.get("words") else ""
    return f"looked at the history of {given.get('path') or 'the repository'}{words}"


def _blamed(given: Arguments) -> str:
    first = _number(given.get("start"), 1)
    last = first + _number(given.get("lines"), 20) - 1
    return f"looked who last changed {given.get('path', '')}, lines {first} to {last}"


def _commit(given: Arguments) -> str:
    where = f" in {given['path']}" if given.get("path") else ""
    return f"looked at the commit {str(given.get('commit', ''))[:12]}{where}"


def _tested(given: Arguments) -> str:
    ids = given.get("ids")
    return f"ran the tests {', '.join(map(str, ids))}" if isinstance(ids, list) and ids else "ran the whole test suite"


def _weighed(given: Arguments) -> str:
    causes = given.get("causes")
    match causes:
        case [str(cause)]:
            return f"took up a possible cause: {cause}"
        case [_, *_]:
            return f"asked to have {len(causes)} possible causes looked into at the same time"
        case _:
            return "asked to have possible causes looked into"


_DEEDS: Mapping[str, Callable[[Arguments], str]] = {
    "list_files": _listed,
    "search": _searched,
    "read_file": _read,
    "log": _history,
    "blame": _blamed,
    "show": _commit,
    "read_signal": lambda given: f"read {_signal(given.get('signal', ''))} in full",
    "run_command": lambda given: f"ran a command: {given.get('command', '')}",
    "run_tests": _tested,
    "edit_file": lambda given: f"changed a part of {given.get('path', '')}",
    "write_file": lambda given: f"wrote {given.get('path', '')}",
    "repository_map": lambda _: "looked over the repository as a whole",
    "pull_requests": lambda given: f"looked for pull requests that touch {given.get('path', '')}",
    "similar_reports": lambda given: f"looked for similar reports{_of(given.get('words'))}",
    "guidance": lambda given: f"read what people said before{_of(given.get('words'))}",
    "error_event": lambda given: f"read the latest event of {given.get('issue', '')}",
    "product_query": lambda given: f"asked what people did in the product: {given.get('hogql', '')}",
    "session_replay": lambda given: f"went through the recorded session {given.get('session', '')}",
    "tracker_search": lambda given: f"searched the issue tracker{_of(given.get('words'))}",
    "tracker_issue": lambda given: f"read {given.get('key', '')} in the issue tracker",
    "weigh_causes": _weighed,
    "submit_fix": lambda _: "handed the fix in, to be proven and then reviewed",
    "recall": lambda given: f"read its earlier result {given.get('number', '')} again",
}


def _signal(name: object) -> str:
    return "a message from Slack" if _MESSAGE.fullmatch(str(name)) else f"the signal {name}"


def _of(words: object) -> str:
    return f" about “{words}”" if words else ""


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
