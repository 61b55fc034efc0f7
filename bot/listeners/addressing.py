"""What a message to the bot says when it says nothing of the product: a command, thanks, a greeting."""

from __future__ import annotations

import re
from enum import StrEnum

from agents.people.until_when import order_in
from agents.phrases import without_invisible
from bot.actions import Verb
from bot.listeners.order_words import order_here, order_to_us
from bot.sources.slack import SlackEvent, words_of

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_SIGN = re.compile(r":[a-z0-9_+'-]+:|[^\w\s-]")
_ABOUT_A_REPORT = re.compile(
    r"(?:why|ask|merge|split|undo|repository|linear|snooze|mute|wake|take|claim|give|assign|release|unassign|fixed|mended|link|linked|unlink|rename|retitle)\s+SB-\d{1,9}\b.*",
    re.IGNORECASE | re.DOTALL,
)
_REPORT = re.compile(r"SB-\d{1,9}", re.IGNORECASE)
_AHEAD = re.compile(r"standing\s+(?:give|stop)\b.*", re.IGNORECASE | re.DOTALL)
_HERE = r"why (?:is|are) (?:this|that|it|these|those|they)(?: \w+)? (?:in )?(?:here|this report|this thread)"
_NOT_FILED = re.compile(
    r"why (?:was|is|did|do) (?:this|that|it|you)(?: message)? (?:\w+ )?"
    r"(?:ignored?|dropped?|skipped?|set aside|not (?:here|filed|a report|in a report))(?: this| that| it)?",
    re.IGNORECASE,
)
_INTO = r"(?:into|with|to) (SB-\d{1,9})"
_ASKED_HERE = re.compile(_HERE, re.IGNORECASE)
_MERGED_HERE = re.compile(rf"(?:please )?merge (?:(?:this|it|that)(?: report| one)? )?{_INTO}", re.IGNORECASE)
_MERGED = re.compile(rf"merge SB-\d{{1,9}} {_INTO}", re.IGNORECASE)
_MERGED_FROM = re.compile(r"(?:please )?merge (SB-\d{1,9}) (?:in)?to (?:this|it|that)(?: report| one)?", re.IGNORECASE)
_SAME_AS = re.compile(
    r"(?:(?:this|it|that) is )?(?:the same(?: problem)? as|same as|(?:a )?duplicate of) (SB-\d{1,9})", re.IGNORECASE
)
_OF_THIS = re.compile(
    r"(why|split|undo|unmerge|unsplit|linear)(?: (?:this|that|it|these)(?: report| one)?| the (?:merge|split))?",
    re.IGNORECASE,
)
_LOOKED_INTO = re.compile(
    r"(?:(?:please|pls|can you|could you) )*(?:investigate|check(?: out)?|(?:(?:have|take) a )?look (?:into|at))"
    r"(?: (?:this|that|the))?(?: (?:one|message|issue|ticket|alert|error))?:? (?P<link>https?://\S+)",
    re.IGNORECASE,
)
_END = "?!. "
_PLEASE = ("please", "pls", "plz")
_BEHIND = "?!.,:;"
_BEFORE = ",:;.-\u2013\u2014 \t\n"  # what people write between our name and the words: “@signalbox, help”
_AS_CODE = "`\"'\u201c\u201d"
_TYPED = re.compile(r"/signalbox(?:\s+|$)", re.IGNORECASE)  # Slack takes no command in a thread, nor behind a name
_LINKED = re.compile(r"<https?://[^|<>]+\|(SB-\d{1,9})>", re.IGNORECASE)  # how a report's name is pasted
_PAGE = re.compile(r"<(https?://[^|<>]+)\|[^<>]*>", re.IGNORECASE)
_DASHED = re.compile("(SB)[\u2010-\u2014\u2212](?=\\d)", re.IGNORECASE)
_SAME_VERB = {"unmerge": "undo", "unsplit": "undo"}
_THANKS = frozenset({
    "thanks", "thank you", "thanks a lot", "thank you so much", "thank you very much", "many thanks", "thx", "ty",
    "cheers", "great", "great work", "great thanks", "nice", "nice work", "well done", "good bot", "cool", "awesome",
})  # fmt: skip
_GREETINGS = frozenset({"hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning", "good evening"})


class Aside(StrEnum):
    """What is said to the bot beside its work."""

    COMMAND = "command"
    THANKS = "thanks"
    GREETING = "greeting"


def aside(event: SlackEvent, our_user: str) -> Aside | None:
    """What a message that names us says beside the work; None when it is about the product, or does not name us."""
    if f"<@{our_user}" not in event.text or event.files or event.forwarded:
        return None
    if command_in(event.text, our_user) or about_this(event.text, our_user):
        return Aside.COMMAND
    words = bare(event.text)
    if words in _GREETINGS or (not words and not event.is_reply):
        return Aside.GREETING
    return Aside.THANKS if words in _THANKS else None


def command_in(text: str, our_user: str) -> str:
    """What would follow `/signalbox`, if the words beside our name are wholly that; else empty.

    A verb alone, or one with the report that it is about, or with what is allowed ahead: with other words after it
    somebody says what is wrong. But whatever follows `/signalbox` itself is meant as a command.
    """
    words = _said_to_us(text, our_user)
    if typed := _TYPED.match(words):
        return words[typed.end() :] or Verb.HELP
    alone = words.lower().rstrip("?!. ")
    if alone in set(Verb):
        return alone
    if asked := _LOOKED_INTO.fullmatch(_bare_words(words)):
        return f"investigate {asked['link']}"
    if _REPORT.fullmatch(words.rstrip(_END)):
        return words.rstrip(_END)
    return words if _ABOUT_A_REPORT.fullmatch(words) or _AHEAD.fullmatch(words) else ""


def about_this(text: str, our_user: str) -> str:
    """What would follow `/signalbox`, with `{}` for the report in whose thread it is said to us; else empty."""
    words = _bare_words(_said_to_us(text, our_user))
    if named := _MERGED_HERE.fullmatch(words) or _SAME_AS.fullmatch(words):
        return f"merge {{}} into {named[1]}"
    if named := _MERGED_FROM.fullmatch(words):
        return f"merge {named[1]} into {{}}"
    if said := order_to_us(words, asks="?" in text):
        return said
    if alone := _OF_THIS.fullmatch(words):
        return f"{_SAME_VERB.get(alone[1].lower(), alone[1].lower())} {{}}"
    return "why {}" if _ASKED_HERE.fullmatch(words) or _NOT_FILED.fullmatch(words) else order_in(words)


def order_of(text: str) -> str:
    """The same for words that name nobody, of which far fewer are meant for us: a whole question, a whole order."""
    words = _bare_words(words_of(as_typed(text)))
    if named := _MERGED_HERE.fullmatch(words):
        return f"merge {{}} into {named[1]}"
    if named := _MERGED_FROM.fullmatch(words):
        return f"merge {named[1]} into {{}}"
    if _ASKED_HERE.fullmatch(words):
        return "why {}"
    return words if _MERGED.fullmatch(words) else order_here(words) or order_in(words)


def _said_to_us(text: str, our_user: str) -> str:
    """What stands beside our name, without what people put between the two or around it."""
    named = re.sub(rf"<@{our_user}(?:\|[^>]*)?>", " ", text)
    return words_of(as_typed(named)).strip().lstrip(_BEFORE).strip(_AS_CODE)


def as_typed(text: str) -> str:
    """The text as it is typed at a keyboard: a report's name as such, wherever it was copied from, and plain spaces."""
    return _DASHED.sub(r"\1-", without_invisible(_LINKED.sub(r"\1", text))).replace("\xa0", " ")


def as_pasted(text: str) -> str:
    """What was typed behind a command, with links as they were pasted: Slack wraps them there as in a message."""
    return words_of(_PAGE.sub(r"\1", as_typed(text)))


def as_command(text: str) -> str:
    """What was typed behind `/signalbox`, without what a telephone puts behind its verb, such as a full stop."""
    words = _TYPED.sub("", as_typed(text).strip().strip(_AS_CODE), count=1)
    verb, space, rest = words.partition(" ")
    return f"{verb.rstrip(_BEHIND)}{space}{rest}"


def _bare_words(words: str) -> str:
    said = re.sub(r":[a-z0-9_+'-]+:", " ", words)
    return without_ending(" ".join(said.split()))


def without_ending(words: str) -> str:
    """Words without the courtesy and the signs with which sentences end. In the time that it takes to read them."""
    bare_end = words.rstrip(_END)
    for asking in _PLEASE:
        long = len(asking)
        if bare_end.lower().endswith(asking) and bare_end[-long - 1 : -long].isspace():
            return bare_end[:-long].rstrip(f"{_END}\t\n")
    return bare_end


def is_thanks(text: str) -> bool:
    """Whether the words are wholly thanks."""
    return bare(text) in _THANKS


def bare(text: str) -> str:
    """The words of a text in lower case, without names, signs and punctuation."""
    return " ".join(_SIGN.sub(" ", _MENTION.sub(" ", text).lower()).split())
