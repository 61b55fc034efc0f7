"""A run's logbook: every call of a tool in plain, redacted words, and a stop when nobody wants the run any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.deeds import deed
from agents.exchange import ToolCall
from agents.tools.weigh_causes import WEIGH_CAUSES

TOOLS = Path(__file__).parents[2] / "agents" / "tools"


def test_every_tool_of_ours_has_a_sentence_of_its_own() -> None:
    named = {name for file in TOOLS.glob("*.py") for name in re.findall(r'ToolSpec\("(\w+)"', file.read_text())} | {
        WEIGH_CAUSES
    }

    assert len(named) > 15
    assert [
        name for name in sorted(named) if deed(ToolCall(id="1", name=name, arguments={})).startswith("looked up")
    ] == []


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("read_file", {"path": "a/b.py", "start": 80, "lines": 41}, "read a/b.py, lines 80 to 120"),
        ("read_file", {"path": "a/b.py"}, "read a/b.py, lines 1 to 200"),
        ("search", {"pattern": "naturaldelta", "under": "src"}, "searched src for “naturaldelta”"),
        ("search", {"pattern": "x"}, "searched the repository for “x”"),
        ("list_files", {}, "listed the files in the repository"),
        ("log", {"path": "a.py", "words": "abs("}, "looked at the history of a.py about “abs(”"),
        ("blame", {"path": "a.py", "start": 3, "lines": 2}, "looked who last changed a.py, lines 3 to 4"),
        ("show", {"commit": "0123456789abcdef", "path": "a.py"}, "looked at the commit 0123456789ab in a.py"),
        ("read_signal", {"signal": "SHOP-17"}, "read the signal SHOP-17 in full"),
        ("read_signal", {"signal": "C07SOLAR/1763000000.000100"}, "read a message from Slack in full"),
        ("run_command", {"command": "python -c 'x'\n"}, "ran a command: python -c 'x'"),
        ("run_tests", {"ids": ["t.py::a", "t.py::b"]}, "ran the tests t.py::a, t.py::b"),
        ("run_tests", {}, "ran the whole test suite"),
        ("edit_file", {"path": "a.py", "old": "x", "new": "y"}, "changed a part of a.py"),
        ("write_file", {"path": "a.py", "text": "x"}, "wrote a.py"),
        ("repository_map", {}, "looked over the repository as a whole"),
        ("pull_requests", {"path": "a.py"}, "looked for pull requests that touch a.py"),
        ("similar_reports", {"words": "export"}, "looked for similar reports about “export”"),
        ("similar_reports", {}, "looked for similar reports"),
        ("guidance", {}, "read what people said before"),
        ("error_event", {"issue": "S-1"}, "read the latest event of S-1"),
        ("product_query", {"hogql": "SELECT 1"}, "asked what people did in the product: SELECT 1"),
        ("session_replay", {"session": "0a"}, "went through the recorded session 0a"),
        ("tracker_search", {"words": "export"}, "searched the issue tracker about “export”"),
        ("tracker_issue", {"key": "S-2"}, "read S-2 in the issue tracker"),
        (
            "weigh_causes",
            {"causes": [{"statement": "a"}, {"statement": "b"}]},
            "asked to have 2 possible causes looked into at the same time",
        ),
        ("weigh_causes", {"causes": ["the clock"]}, "took up a possible cause: the clock"),
        ("weigh_causes", {"causes": 3}, "asked to have possible causes looked into"),
        ("recall", {"number": 3}, "read its earlier result 3 again"),
        ("new_lookup", {"issue": "S-1", "offset": 0}, "looked up new lookup: S-1"),
        ("notion__search_pages", {"query": "export"}, "asked notion for search pages: export"),
        ("notion__list", {}, "asked notion for list"),
        ("read_file", {"path": None, "start": "x", "lines": True}, "read None, lines 1 to 200"),
        ("run_tests", {"ids": 3}, "ran the whole test suite"),
    ],
)
def test_what_a_tool_was_asked_is_said_in_plain_words(tool: str, arguments: dict[str, object], says: str) -> None:
    assert deed(ToolCall(id="1", name=tool, arguments=arguments)) == says
