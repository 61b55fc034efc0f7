"""Title and body of a pull request, kept up to date until a person changes them.

The body ends with a comment that is not shown and holds hashes of what we wrote. What does not hash to them any more is
a person's: a box that was ticked, a title in the repository's style; it is left as it is.
"""

from __future__ import annotations

import hashlib
import re

from github.PullRequest import PullRequest as Pull

from agents.exchange import Draft

_MARK = re.compile(r"\n*<!-- signalbox wrote: ([0-9a-f]{12}) ([0-9a-f]{12}) -->\s*\Z")


def marked(draft: Draft) -> str:
    """The draft's body as it is sent."""
    return _with_mark(draft.body.strip(), _hash(draft.title), _hash(draft.body))


def bring_up_to_date(pull: Pull, draft: Draft) -> None:
    """Change what is still as we wrote it."""
    body = (pull.body or "").replace("\r\n", "\n")
    mark = _MARK.search(body)
    if mark is None:
        return  # a person wrote it anew
    text = body[: mark.start()]
    ours = _hash(text) == mark[2]
    title = draft.title if _hash(pull.title) == mark[1] else pull.title
    kept = mark[1] if title != draft.title else _hash(draft.title)
    wanted = _with_mark(draft.body.strip() if ours else text, kept, _hash(draft.body) if ours else mark[2])
    if (pull.title, body.strip()) != (title, wanted.strip()):
        pull.edit(title=title, body=wanted)


def _with_mark(text: str, title: str, body: str) -> str:
    return f"{text}\n\n<!-- signalbox wrote: {title} {body} -->"


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode(errors="replace")).hexdigest()[:12]
