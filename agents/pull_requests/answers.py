"""What a round answers to people on its pull request. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.exchange import Remark
from agents.pull_requests.outward import literal, plain
from storage.submissions import FixSubmission, Reply

_LONGEST_QUOTE = 160  # characters of the remark that an answer is to


def strays(submission: FixSubmission, asked: Sequence[Remark]) -> tuple[str, ...]:
    """A sentence where replies are to what nobody said; empty if none is."""
    known = [remark.id for remark in asked]
    wrong = [reply.to for reply in submission.replies if reply.to not in known]
    if not wrong:
        return ()
    there = f"the remarks of people are {', '.join(known)}" if known else "there are no remarks of people"
    return (f"`replies` answers {', '.join(wrong)}, and {there}.",)


def reply_text(reply: Reply) -> str:
    """A reply as it stands beneath its remark."""
    return plain(reply.text)


def comment_text(replies: Sequence[Reply], rest: str, asked: Sequence[Remark]) -> str:
    """One comment: the replies that stand beneath nothing, each with what it answers, and what else is to be said."""
    return "\n\n".join(filter(None, (*_quoting(replies, asked), plain(rest))))


def _quoting(replies: Sequence[Reply], asked: Sequence[Remark]) -> Iterator[str]:
    known = {remark.id: remark for remark in asked}
    for reply in replies:
        if (remark := known.get(reply.to)) is not None:
            place = f" ({literal(remark.place)})" if remark.place else ""
            said = literal(" ".join(remark.words.split())[:_LONGEST_QUOTE])
            yield f"> {said}{place}\n\n{plain(reply.text)}"
