"""Is what somebody says to us a question? Told by its form; no model has a say in it. Pure."""

from __future__ import annotations

import re

from agents.phrases import phrase_of

_ASIDE = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|:[a-z0-9_+'-]+:")  # who is named, and signs
_EXPLAIN = r"(?:explain|tell (?:me|us)|show (?:me|us)|describe|summari[sz]e|clarify|help me understand)"
_TELL = rf"(?:{_EXPLAIN}|tell|show|list|check|find out|look|confirm|say|remind)"
_ASKING_WORD = r"(?:what|why|which|who|whose|when|where|how)"
_VERB = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|would|will|should|causes?|caused|changed|happen(?:s|ed)?)"
)
_ASKING = re.compile(
    rf"(?:{_EXPLAIN}|(?!which is why){_ASKING_WORD}(?:'s| {_VERB}))\b", re.IGNORECASE
)  # with which a question begins that has no mark; `what you planned is wrong` is none
_BEGINNING = re.compile(rf"(?:{_EXPLAIN}|{_ASKING_WORD})\b", re.IGNORECASE)
_WISH = re.compile(
    r"(?:(?:can|could|would|will) (?:you|we)|(?:shouldn'?t|should) (?:we|you|this|it)|why (?:not|don'?t)|how about"
    r"|what about|what if|let'?s|maybe|instead|rather|please)\b",
    re.IGNORECASE,
)  # with which people ask for something to be done, question mark or not
_WISH_TO_HEAR = re.compile(
    rf"(?:(?:can|could|would|will) you|please)\b(?:\s+please)?\s+(?:also\s+|briefly\s+)?{_TELL}\b", re.IGNORECASE
)
_COURTESIES = re.compile(
    r"(?:(?:hi|hey|hello|ok|okay|so|and|but|also|hm+|well|quick question)\b[\s,:!.-]*)+", re.IGNORECASE
)
_MARK = re.compile(r"\?[^\w\s]*(?=\s|$)")  # at a sentence's end; in an address it is none
_AFTER = 3  # words that may follow the last mark of what is nothing but a question: `… cc Ada`


def is_question(words: str) -> bool:
    """Whether the words, which name us, ask to be told something: a question mark ends a sentence, or they begin so.

    Nothing that is nearly a decision (`approve?`) is a question.
    """
    said = _bare(words)
    if not said or phrase_of(words) is not None:
        return False
    return _MARK.search(said) is not None or _ASKING.match(said) is not None or _WISH_TO_HEAR.match(said) is not None


def is_but_a_question(words: str) -> bool:
    """Whether nothing but a question is asked: what is said behind it is no word of its own, and it is no wish."""
    said = _bare(words)
    marks = list(_MARK.finditer(said))
    is_whole = not marks or len(said[marks[-1].end() :].split()) <= _AFTER
    return is_question(words) and is_whole and not is_wish(words)


def begins_as_question(words: str) -> bool:
    """Whether they begin with a word by which people ask to be told something (`why`, `which`, `explain`)."""
    said = _bare(words)
    return is_question(words) and (_BEGINNING.match(said) is not None or _WISH_TO_HEAR.match(said) is not None)


def is_wish(words: str) -> bool:
    """Whether a question asks for something to be done (`could you also …?`), which of an approver is guidance."""
    said = _bare(words)
    return _WISH.match(said) is not None and _WISH_TO_HEAR.match(said) is None


def _bare(words: str) -> str:
    """Without whom they name, and the courtesies with which people begin."""
    said = re.sub(r"^\W+", "", " ".join(_ASIDE.sub(" ", words).split()))
    return said[found.end() :] if (found := _COURTESIES.match(said)) else said
