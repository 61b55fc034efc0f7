"""The words of a commit: a title, why, wrapped as git shows it, how it was proven, and trailers. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from agents.cases import FixCase
from agents.pull_requests.outward import inert, one_line
from storage.submissions import FixSubmission

WIDTH = 72
_LONGEST_BODY = 4_000
_MOST_TESTS = 5
_AS_IT_IS = ("    ", "\t", "#", ">", "|")  # code, headings, quotes, tables
_ITEM = re.compile(r"(\s*(?:[-*+]|\d+[.)])\s+)(.*)")


def commit_message(case: FixCase, submission: FixSubmission) -> str:
    """The message of the one commit of a proven fix.

    The agent's words tell of the code; of the report only what everybody who may read the repository may know.
    """
    body = "\n\n".join(_paragraphs(inert(submission.summary)[:_LONGEST_BODY]))
    proof = "\n".join(_wrapped(_proof(submission.test_ids)))
    parts = (one_line(submission.title) or "Fix", body, proof, "\n".join(_trailers(case)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _proof(tests: Sequence[str]) -> str:
    named = ", ".join(tests[:_MOST_TESTS]) + (f" and {len(tests) - _MOST_TESTS} more" * (len(tests) > _MOST_TESTS))
    how = "fails without this change and passes" if len(tests) == 1 else "fail without this change and pass"
    return f"{inert(named)} {how} with it."


def _trailers(case: FixCase) -> Iterator[str]:
    yield from (f"Refs: #{number}" for number in case.issues)
    yield f"Signalbox-Report: SB-{case.report_id}"
    if case.thread:
        yield f"Signalbox-Thread: {case.thread}"
    yield from case.repository.trailers


def _paragraphs(text: str) -> Iterator[str]:
    """Each wrapped by itself; code in fences, and what is indented, is left as it is."""
    fenced: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        fenced.append(block)
        if sum(line.lstrip().startswith("```") for part in fenced for line in part.split("\n")) % 2:
            continue  # a blank line within code
        whole = "\n\n".join(fenced)
        yield whole if len(fenced) > 1 or "```" in whole else "\n".join(_lines(whole))
        fenced = []
    yield from fenced


def _lines(block: str) -> Iterator[str]:
    told: list[str] = []
    for line in block.split("\n"):
        if line.startswith(_AS_IT_IS):
            yield from (*_wrapped(" ".join(told)), line.rstrip())
            told = []
        elif _ITEM.fullmatch(line):
            yield from _wrapped(" ".join(told))
            told = [line]
        else:
            told.append(line.strip())
    yield from _wrapped(" ".join(told))


def _wrapped(text: str) -> list[str]:
    """Without breaking words: paths and addresses may be longer than a line."""
    item = _ITEM.fullmatch(text)
    hanging = " " * len(item[1]) if item else ""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, tabsize=4
    )


def branch_word(label: str) -> str:
    """What of a label may stand in a branch's name: a label may be any words."""
    word = re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-")
    return word or "signalbox"
