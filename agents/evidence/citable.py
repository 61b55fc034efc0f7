"""What a run may cite: the files and signals it was given, and whatever its tools answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from agents.cases import SeenSignal
from agents.evidence.citations import Sources
from agents.exchange import ToolCall, ToolResult
from agents.ports import Workspace

_RAN = frozenset({"run_command"})
_LOOKED_BACK = frozenset({"log", "blame", "show"})
_AT_HAND = frozenset({"read_file", "read_signal", "write_file", "edit_file"})  # cited otherwise
_SECOND_HAND = frozenset({"weigh_causes", "recall"})  # what is quoted there is looked up where it comes from
_NO_QUERIES = _RAN | _LOOKED_BACK | _AT_HAND | _SECOND_HAND


def citable(
    workspace: Workspace,
    signals: Sequence[SeenSignal],
    seen: Iterable[tuple[ToolCall, ToolResult]],
    redact: Callable[[str], str],
) -> Sources:
    """Where its evidence can be looked up. `workspace` is a checkout that no agent has touched."""

    def file(path: str) -> str | None:
        try:
            return redact(workspace.read(path))
        except (OSError, ValueError):
            return None

    held = [(call, result.text) for call, result in seen if not result.failed]
    return Sources(
        file=file,
        signals={signal.external_id: signal.full for signal in signals},
        outputs=[(cited_as(call), text) for call, text in held if call.name in _RAN],
        history=[(cited_as(call), text) for call, text in held if call.name in _LOOKED_BACK],
        queries=[(cited_as(call), text) for call, text in held if call.name not in _NO_QUERIES],
    )


def cited_as(call: ToolCall) -> str:
    """How what a tool answered is cited: a command as it was run, else the tool and what it was asked."""
    if call.name in _RAN:
        return str(call.arguments["command"])
    return " ".join((call.name, *(f"{key}={value}" for key, value in call.arguments.items())))
