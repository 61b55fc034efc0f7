"""What a text holds that its readers do not see: invisible characters and hidden markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAGS = re.compile("[\U000e0020-\U000e007f]+")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f")  # England, Scotland, Wales are written with tags
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_FIRST_SELECTOR, _FIRST_FURTHER_SELECTOR = 0xFE00, 0xE0100
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u034f\u180e\U000e0000-\U000e007f]"
)
_RUN = re.compile("[\u200b-\u200d\u2060\ufeff]{8,}")

_COMMENT = re.compile(
    r"<!--(.{1,4000}?)-->|^\[(?://|comment)\]:[ \t]{0,9}#[ \t]{0,9}(.{1,4000})$", re.DOTALL | re.MULTILINE
)
_TAG = re.compile(r"<(\w{1,20})\b([^<>]{1,500})>")
_UNSEEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|opacity\s{0,3}:\s{0,3}0(?:\.0{1,9})?\b"
    r"|font-size\s{0,3}:\s{0,3}[01](?:px|pt|em|%)?\b|color\s{0,3}:\s{0,3}(?:white|\#f{3}(?:f{3})?|transparent)\b"
    r"|(?:text-indent|left|top)\s{0,3}:\s{0,3}-\d{3,6}|\shidden(?=\s|$)|aria-hidden\s{0,3}=\s{0,3}[\"']true",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|aria-label|data-\w{1,20})\s{0,3}=\s{0,3}[\"']([^\"']{20,2000})[\"']|!\[([^\]]{20,2000})\]\(",
    re.IGNORECASE,
)
_LONGEST_ELEMENT = 4_000


def without_invisible(text: str) -> str:
    """The text as its readers see it: without zero-width, direction, tag and soft-hyphen characters."""
    return _INVISIBLE.sub("", text)


def decoded_tags(text: str) -> str:
    """What a run of invisible characters spells; empty when there is none that could spell something."""
    plain = _FLAG.sub("", text)
    spelt = "".join(chr(ord(char) - 0xE0000) for run in _TAGS.findall(plain) for char in run if ord(char) < 0xE007F)  # noqa: PLR2004 the block of tags
    if len(spelt) >= 3:  # noqa: PLR2004 fewer spell nothing
        return spelt
    if runs := _SELECTORS.findall(plain):
        return "".join(_selected(char) for run in runs for char in run)
    return "(a long run of zero-width characters)" if _RUN.search(plain) else ""


def _selected(char: str) -> str:
    """The byte that a variation selector stands for when text is hidden in them."""
    code = ord(char)
    value = code - _FIRST_SELECTOR if code < _FIRST_FURTHER_SELECTOR else code - _FIRST_FURTHER_SELECTOR + 16
    return chr(value) if chr(value).isprintable() else "·"


def hidden_markup(text: str) -> Iterator[str]:
    """The contents of comments, of elements styled away, and of attributes that are not displayed."""
    for pattern in (_COMMENT, _ATTRIBUTE):
        for match in pattern.finditer(text):
            yield (match[1] or match[2]).strip()
    lower = text.lower()
    for match in _TAG.finditer(text):
        if _UNSEEN.search(match[2]):
            end = lower.find(f"</{match[1].lower()}", match.end(), match.end() + _LONGEST_ELEMENT)
            yield text[match.end() : max(end, match.end())].strip()
