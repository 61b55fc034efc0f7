"""What people say to us, or of a report in its thread, that is wholly an order about it: take, give, fixed. Pure."""

from __future__ import annotations

import re

from agents.phrases import Phrase, phrase_of

_THIS = r"(?:this|it|that)(?: report| one)?"
_MENTION = r"(?P<who><@[UW][A-Z0-9]{2,20}(?:\|[^>]*)?>|me|myself)"
_ABOUT = rf"(?:SB-\d{{1,9}}|{_THIS})"
_REF = re.compile(r"SB-\d{1,9}", re.IGNORECASE)
_TAKEN = re.compile(rf"(?:please )?(?:(?:take|claim)(?: {_ABOUT})?|(?:assign|give) {_ABOUT} to me)", re.IGNORECASE)
_GIVEN = re.compile(
    rf"(?:please )?(?:give|assign|hand)(?: over)? (?:{_ABOUT} )?(?:over )?(?:to )?{_MENTION}", re.IGNORECASE
)
_HAS = re.compile(rf"{_MENTION} (?:takes|has|owns|works on|is on|will take) {_ABOUT}", re.IGNORECASE)
_LET_GO = re.compile(
    rf"(?:please )?(?:(?:release|unassign|free)(?: {_ABOUT})?|let {_ABOUT} go|i (?:let|give) {_ABOUT} (?:go|up|back)|"
    rf"(?:not mine|i'?m not on {_ABOUT}|i can'?t (?:take|do|fix) {_ABOUT})(?: any ?more| after all)?)",
    re.IGNORECASE,
)
_LABEL = r"(?:[^\s()]{1,80} \()?"  # how a link is called whose words are not its address
_LINK = rf"{_LABEL}(?P<link>https?://[^\s<>|)]+/pull/\d{{1,9}}[^\s<>|)]*)[.)]*"
_WHO = (
    rf"(?:(?:{_THIS} (?:is|was|got|has been|will be)|(?:it|that)'?s|i(?:'ve| have)?|we(?:'ve| have)?) "
    r"(?:already |just |now )?)"
)
_BY_LINK = re.compile(
    rf"(?:{_WHO}?(?:fixed|mended|solved|resolved)(?: {_THIS})?(?: by hand)?(?: (?:by|in|with|through|via))?|"
    rf"(?:here is )?(?:my|our|the) (?:fix|pr|pull request|patch)(?: for {_THIS})?(?: is)?(?: here)?)[:,]? {_LINK}",
    re.IGNORECASE,
)
_SOMEHOW = re.compile(
    rf"(?P<before>.{{0,120}}?)(?P<link>{_LINK.replace('?P<link>', '?:')})(?P<after>.{{0,80}})", re.IGNORECASE
)
_MENDED = re.compile(
    r"\b(?:fix|fixed|fixes|mend|mended|mends|pr|pull request|patch|solved|resolved|resolves)\b", re.IGNORECASE
)
_SAID = re.compile(
    rf"(?:please note )?(?:{_WHO}|(?:my|our|the) fix (?:is|was|got) (?:now )?)?(?:already )?"
    rf"(?:fixed|mended|solved|resolved|deployed|released|shipped)(?: {_THIS})?"
    r"(?P<how>(?: (?:already|now|by hand|today|yesterday|on prod(?:uction)?|in prod(?:uction)?))?"
    r"(?: (?:in|with|since|by|as of) (?:version |release )?[\w.+-]{1,40})?)",
    re.IGNORECASE,
)


_ISSUE = rf"{_LABEL}(?P<link>https?://[^\s<>|)]+/issues?/[\w-]+[^\s<>|)]*)[.)]*"
_LINKED = re.compile(
    rf"(?:please )?(?:(?P<un>unlink)|link)(?: {_ABOUT})?(?: (?:to|with|from|and))? {_ISSUE}|"
    rf"{_THIS} (?:is|belongs to|is tracked (?:in|by|as)|is the same as|is linked (?:to|with)) "
    rf"{_ISSUE.replace('link>', 'same>')}",
    re.IGNORECASE,
)


_CALLED = re.compile(
    rf"(?:please )?(?:(?:rename|retitle) (?:{_ABOUT} )?(?:to|as|into)|(?:rename|retitle) {_ABOUT}|"
    rf"call {_ABOUT}(?= [\"“])|{_THIS} should be called)[: ]+(?P<name>\S.{{0,400}})",
    re.IGNORECASE,
)


def order_here(words: str) -> str:
    """What would follow `/signalbox`, with `{}` for the report, of words that name nobody: few are meant for us."""
    named = _BY_LINK.fullmatch(words)
    return f"fixed {{}} {named['link']}" if named is not None else ""


def order_to_us(words: str, *, asks: bool = False) -> str:
    """The same, of words that are said to us; a report may be named. Who `asks` whether it is mended says no such."""
    if not asks and (mended := _mended(words)):
        return mended
    if named := _GIVEN.fullmatch(words) or _HAS.fullmatch(words):
        return f"give {_ref(named)} {named['who']}"
    if phrase_of(words) is Phrase.BY_HAND:
        return "take {}"
    if named := _TAKEN.fullmatch(words):
        return f"take {_ref(named)}"
    if named := _LET_GO.fullmatch(words.replace("\u2019", "'")):
        return f"release {_ref(named)}"
    return _named(words)


def _named(words: str) -> str:
    if called := _CALLED.fullmatch(words):
        ref = _REF.search(called[0][: called.start("name")])
        return f"rename {ref[0] if ref is not None else '{}'} {called['name']}"
    named = _LINKED.fullmatch(words)
    if named is None:
        return ""
    return f"{'unlink' if named['un'] else 'link'} {_ref(named)} {named['link'] or named['same']}"


def _ref(named: re.Match[str]) -> str:
    ref = _REF.search(named[0])
    return ref[0] if ref is not None else "{}"


def _mended(words: str) -> str:
    plain = words.replace("\u2019", "'")
    if said := order_here(plain):
        return said
    somehow = _SOMEHOW.fullmatch(plain)
    if somehow is not None and _MENDED.search(f"{somehow['before']} {somehow['after']}"):
        return f"fixed {_ref(somehow)} {somehow['link']}"
    named = _SAID.fullmatch(plain)
    return f"fixed {{}}{named['how']}" if named is not None else ""
