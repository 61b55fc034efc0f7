"""What an answer by e-mail says anew: without the words of earlier messages that its program put below it.

Only what was said before is ever cut, line by line and wherever it stands in what is quoted. So no language need be
known in full, an answer between quoted lines stays, and so does an error that is told for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WROTE = ("wrote:", "schrieb:", "écrit:", "écrit :", "escribió:", "scritto:", "escreveu:", "schreef:", "skrev:")
_BEGINS = re.compile(r"(?:On|Am|Le|El|Il|Em|Op|Den)\b", re.IGNORECASE)
_RULE = re.compile(r"(?:[-_]{2,}[^-_\n]{5,40}[-_]{2,}|_{10,}|-- ?|##-.{5,80}-##)")
_HEAD = re.compile(
    r"\*?(?:From|Sent|To|Cc|Subject|Date|Von|Gesendet|An|Betreff|Datum|De|Envoyé|À|Objet|Enviado|Para|Asunto)\*? ?:",
    re.IGNORECASE,
)


def said_anew(message: str, before: Sequence[str]) -> str:
    """A message without what it repeats of those before it; the whole of it where nothing else would be left."""
    known = " ".join(["", *_plain("\n".join(before)).split(), ""])
    lines = message.split("\n")
    kept: list[str] = []
    above = _quotes_from(lines)
    repeats = any(_is_known(line, known) for line in lines[above:])
    for at, line in enumerate(lines):
        is_below = at >= above and repeats
        is_quoted = line.lstrip().startswith(">")
        if (is_below or is_quoted) and (_is_known(line, known) or (is_quoted and not _bare(line))):
            continue
        if is_below and (_leads_in(lines, at) or _HEAD.match(_bare(line))):
            continue
        kept.append(line)
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return said if re.search(r"\w", said) else message.strip()


def _quotes_from(lines: Sequence[str]) -> int:
    """The first line that leads in what is quoted; behind the last one where there is none."""
    for at in range(len(lines)):
        if _leads_in(lines, at):
            return at
    return len(lines)


def _leads_in(lines: Sequence[str], at: int) -> bool:
    """`On Mon, 3 Nov 2026, Jo wrote:`, also over two lines; a rule; the first of several lines of a head."""
    line = _bare(lines[at])
    following = _bare(lines[at + 1]) if at + 1 < len(lines) else ""
    if _BEGINS.match(line) and re.search(r"\d", line):
        return _is_said(line) or _is_said(following)
    if _is_said(line):
        return at > 0 and bool(_BEGINS.match(_bare(lines[at - 1])))
    return bool(_RULE.fullmatch(line) or (_HEAD.match(line) and _HEAD.match(following)))


def _is_said(line: str) -> bool:
    """German puts a name behind its verb."""
    return line.endswith(_WROTE) or (" schrieb " in line and line.endswith(":"))


def _bare(line: str) -> str:
    return line.strip("> \t\r\xa0")


def _plain(text: str) -> str:
    return "\n".join(_bare(line) for line in text.split("\n"))


def _is_known(line: str, known: str) -> bool:
    """Whether its words were said before, however the lines were broken."""
    words = " ".join(_bare(line).split())
    return bool(words) and f" {words} " in known
