"""Which tools an agent gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agents.exchange import Tool
from agents.tools.blame import blame
from agents.tools.edit_file import edit_file
from agents.tools.hands import Hands
from agents.tools.list_files import list_files
from agents.tools.log import log
from agents.tools.read_file import read_file
from agents.tools.read_signal import read_signal
from agents.tools.run_command import run_command
from agents.tools.run_tests import run_tests
from agents.tools.search import search
from agents.tools.show import show
from agents.tools.write_file import write_file

_RESEARCH = (list_files, search, read_file, log, blame, show, read_signal, run_command)
_FIX = (list_files, search, read_file, read_signal, edit_file, write_file, run_tests, run_command)


def research_tools(hands: Hands, more: Callable[[Hands], Iterable[Tool]] = lambda _: ()) -> tuple[Tool, ...]:
    """Reading, history, commands in a checkout that is thrown away, and what else this report's research may look up.

    Of two tools of one name the first is kept: what comes from outside cannot take the place of ours.
    """
    named: dict[str, Tool] = {}
    for tool in (*(make(hands) for make in _RESEARCH), *more(hands)):
        named.setdefault(tool.spec.name, tool)
    return tuple(named.values())


def fix_tools(hands: Hands) -> tuple[Tool, ...]:
    """Reading, writing and running."""
    return tuple(tool(hands) for tool in _FIX)
