"""What people said on a pull request as agents read it: thread by thread, and what was answered. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.exchange import Remark
from storage.submissions import Reply

ASKED = (
    "People who may write to the repository said this on the pull request. Do what is not answered yet, or answer it"
    " in `replies`:"
)
_ANSWER = 600  # characters of an answer that are shown


def thread_lines(remarks: Sequence[Remark], others: Sequence[Remark] = ()) -> str:
    """The remarks with their names, and beneath each what people went on to say there.

    What stands beneath a remark of `others`, who may not write, says beneath whose.
    """
    known = {one.id for one in remarks}
    authors = {one.id: f" beneath a remark of {one.author}, which is shown below" for one in others}
    lines: list[str] = []
    for first in remarks:
        if first.beneath not in known:
            lines.append(_line(first, first.text, "", authors.get(first.beneath, "")))
            lines += [_line(one, one.words, "  ") for one in remarks if one.beneath == first.id]
    return "\n".join(lines)


def answer_lines(remarks: Sequence[Remark], replies: Sequence[Reply] = ()) -> str:
    """What we answered to which of them, and what is answered now."""
    answers = {one.id: one.answer for one in remarks if one.answer} | {reply.to: reply.text for reply in replies}
    return "\n".join(f"{name}: {_indented(answer[:_ANSWER], '')}" for name, answer in answers.items())


def plain_lines(remarks: Sequence[Remark]) -> str:
    """The remarks without names: nobody is to answer them."""
    return "\n".join(f"- {remark.author}: {remark.text}" for remark in remarks)


def _line(one: Remark, words: str, indent: str, where: str = "") -> str:
    answered = " (answered)" if one.answer else ""
    return f"{indent}- [{one.id}] {one.author}{answered}{where}: {_indented(words, indent)}"


def _indented(text: str, indent: str) -> str:
    """However many lines it has, none is taken for another remark."""
    return text.strip().replace("\n", f"\n{indent}  ")
