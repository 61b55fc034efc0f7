"""What a person sees of a GitHub issue: its Markdown without what GitHub's page hides, or that a form left empty."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"(^[ ]{0,3}(?P<fence>```+|~~~+).*?(?:^[ ]{0,3}(?P=fence)[^\n]*$|\Z)|`[^`\n]+`)", re.MULTILINE | re.DOTALL
)
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_EMPTY = re.compile(r"^#{2,3} [^\n]*\n\s*_No response_[ \t]*$\n?", re.MULTILINE)


def seen_in(body: str) -> str:
    """The words without comments, which are templates' advice or meant for machines, and without unanswered questions.

    What is code stays as it is.
    """
    text, at = [], 0
    plain = body.replace("\r\n", "\n")
    while at < len(plain):
        hidden, code = _HIDDEN.search(plain, at), _CODE.search(plain, at)
        if hidden is None:
            text.append(plain[at:])
            break
        if code is not None and code.start() < hidden.start():
            text.append(plain[at : code.end()])
            at = code.end()
            continue
        text.append(plain[at : hidden.start()])
        at = hidden.end()
    return re.sub(r"\n{3,}", "\n\n", _EMPTY.sub("", "".join(text))).strip()
