"""Words that leave for the code host: they mention nobody, close nothing, stop no checks and bring no HTML. Pure.

What agents write may repeat foreign words, and a code host acts on some of them; so does a tracker that reads along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

PART_LIMIT = 6_000
_STANDARDS = "UTF|UCS|ISO|SHA|MD|AES|RSA|TLS|SSL|RFC|CVE|CWE|IEEE|ECMA|ANSI|HTTP|PEP|UTC|GMT|GPT|USB"  # no team's keys
_TRACKED = rf"(?-i:\b(?!(?:{_STANDARDS})-)[A-Z][A-Z0-9]{{1,9}}-\d+\b)"
_HOSTED = r"(?:[\w.-]+/[\w.-]+)?#\d+|GH-\d+|https?://\S+/issues?/\S+"
_ENDING = r"clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)"
_LINKING = (  # for a tracker alone
    r"complet(?:e[sd]?|ing)|implement(?:s|ed|ing)?|ref(?:s|erenc(?:e[sd]?|ing))?|part of|relate[sd] to|relating to"
    r"|contribut(?:e[sd]?|ing) to|towards?|linear issues?"
)
_IN_A_LINE, _OVER_LINES = r"[ \t]+", r"[ \t]*\n[ \t]*"


def _bare(words: str, names: str, gap: str) -> re.Pattern[str]:
    """Words that make a code host or a tracker act on an issue, if its bare name follows them."""
    return re.compile(rf"\b(?P<word>{words})(?P<gap>:?{gap})(?P<what>[\[(*_]*(?:{names}))", re.IGNORECASE)


_ACTS, _ACTS_OVER_LINES = (
    (_bare(_ENDING, f"{_HOSTED}|{_TRACKED}", gap), _bare(_LINKING, rf"https?://linear\.app/\S+|{_TRACKED}", gap))
    for gap in (_IN_A_LINE, _OVER_LINES)
)
_NAMED = re.compile(rf"(?<!-){_TRACKED}")
_SKIPS = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]", re.IGNORECASE)
_UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BREAK = "\u200b"  # breaks a mention, and is not seen
_FENCE = "```"
_TICKS = re.compile(r"`+")


def inert(text: str) -> str:
    """The words as they may stand where no markup is read, such as in a commit."""
    calm = _SKIPS.sub(r"(\1)", _UNPRINTED.sub("", text.replace("\r\n", "\n")))
    calm = _apart(_apart(calm, _ACTS), _ACTS_OVER_LINES)
    calm = re.sub(r"(?<!\w)@(?=\w)", f"@{_BREAK}", calm)
    return calm.encode(errors="replace").decode()


def _apart(text: str, acts: Iterable[re.Pattern[str]]) -> str:
    for act in acts:
        text = act.sub(_named, text)
    return text


def _named(found: re.Match[str]) -> str:
    between = "called" if found["word"].lower().endswith(("issue", "issues")) else "issue"
    return f"{found['word']}{found['gap']}{between} {found['what']}"


def title(text: str, own: str = "") -> str:
    """A title, in which a tracker links whatever issue is named: none is named whole but the report's `own`."""
    return _NAMED.sub(lambda name: name[0] if name[0] == own else name[0].replace("-", f"-{_BREAK}"), one_line(text))


def one_line(text: str, longest: int = 250) -> str:
    """The same on one line."""
    return " ".join(inert(text).split())[:longest]


def code(text: str) -> str:
    """A few words as code, whatever backticks they hold."""
    flat = " ".join(_UNPRINTED.sub("", text).split())
    ticks = "`" * (max((len(run) for run in _TICKS.findall(flat)), default=0) + 1)
    padding = " " if "`" in flat else ""
    return f"{ticks}{padding}{flat}{padding}{ticks}"


def plain(text: str) -> str:
    """The same as Markdown: code stays as it is, and of a fence that does not end nothing is swallowed."""
    calm = _UNPRINTED.sub("", text.replace("\r\n", "\n"))[:PART_LIMIT]
    return "\n".join(_lines(_apart(calm, _ACTS_OVER_LINES)))  # each line is read by itself


def _lines(text: str) -> Iterator[str]:
    lines = text.split("\n")
    fences = [line for line in lines if _FENCE in line or "~~~" in line]
    clear = len(fences) % 2 == 0 and all(re.fullmatch(r"```[\w+-]*", line.rstrip()) for line in fences)
    spans = "\\`" not in text and all(_is_balanced(line) for line in lines if line not in fences)
    fenced = False
    for line in lines:
        if clear and line in fences:
            fenced = not fenced
            yield line
        elif fenced:
            yield line
        else:
            yield _outside_code(line) if clear and spans else _escaped(line).replace(_FENCE, f"`{_BREAK}``")


def _is_balanced(line: str) -> bool:
    """Whether each run of backticks has its end on the same line, so that it is code for every reader."""
    return "`" not in "".join(part for part, is_code in _pieces(line) if not is_code)


def _outside_code(line: str) -> str:
    return "".join(part if is_code else _escaped(part) for part, is_code in _pieces(line))


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """The parts of a line, and whether each is code."""
    at = 0
    while run := _TICKS.search(line, at):
        end = next((one for one in _TICKS.finditer(line, run.end()) if one[0] == run[0]), None)
        if end is None:
            break
        yield line[at : run.start()], False
        yield line[run.start() : end.end()], True
        at = end.end()
    yield line[at:], False


def literal(text: str, longest: int = 160) -> str:
    """A line that is no Markdown either: a link's words must lead where they seem to."""
    return re.sub(r"([\\`*_\[\]~|])", r"\\\1", one_line(text, longest)).replace("<", "&lt;")


def _escaped(text: str) -> str:
    return inert(text).replace("<", "&lt;").replace("![", f"!{_BREAK}[")
