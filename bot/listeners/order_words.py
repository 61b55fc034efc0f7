"""What people say to us, or of a report in its thread, that is wholly an order about it: take, give, release. Pure."""

from __future__ import annotations

import re

from agents.phrases import Phrase, phrase_of

_THIS = r"(?:this|it|that)(?: report| one)?"
_MENTION = r"(?P<who><@[UW][A-Z0-9]{2,20}(?:\|[^>]*)?>|me|myself)"
_ABOUT = rf"(?:SB-\d{{1,9}}|{_THIS})"
_REF = re.compile(r"SB-\d{1,9}", re.IGNORECASE)
_TAKEN = re.compile(rf"(?:please )?(?:(?:take|claim)(?: {_ABOUT})?|(?:assign|give) {_ABOUT} to me)", re.IGNORECASE)
_GIVEN = re.compile(rf"(?:please )?(?:give|assign|hand)(?: over)? {_ABOUT} (?:over )?(?:to )?{_MENTION}", re.IGNORECASE)
_HAS = re.compile(rf"{_MENTION} (?:takes|has|owns|works on|is on|will take) {_ABOUT}", re.IGNORECASE)
_LET_GO = re.compile(
    rf"(?:please )?(?:(?:release|unassign|free)(?: {_ABOUT})?|let {_ABOUT} go|i (?:let|give) {_ABOUT} (?:go|up|back)|"
    rf"(?:not mine|i'?m not on {_ABOUT}|i can'?t (?:take|do|fix) {_ABOUT})(?: any ?more| after all)?)",
    re.IGNORECASE,
)


def order_to_us(words: str) -> str:
    """What would follow `/signalbox`, with `{}` for a report that is not named, of words that are said to us."""
    if named := _GIVEN.fullmatch(words) or _HAS.fullmatch(words):
        return f"give {_ref(named)} {named['who']}"
    if phrase_of(words) is Phrase.BY_HAND:
        return "take {}"
    if named := _TAKEN.fullmatch(words):
        return f"take {_ref(named)}"
    if named := _LET_GO.fullmatch(words.replace("\u2019", "'")):
        return f"release {_ref(named)}"
    return ""


def _ref(named: re.Match[str]) -> str:
    ref = _REF.search(named[0])
    return ref[0] if ref is not None else "{}"
