"""Is what somebody says to us a question? Told by its form; no model has a say in it. Pure."""

from __future__ import annotations

import re

from agents.phrases import phrase_of

_ASIDE = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|:[a-z0-9_+'-]+:")  # who is named, and signs
_FOREIGN = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|^[ \t]*(?:>|&gt;).*?$|<?https?://[^\s>]*>?", re.DOTALL | re.MULTILINE
)  # code, quotations and addresses: a question mark in them asks nothing
_EXPLAIN = r"(?:explain|tell (?:me|us)|show (?:me|us)|describe|summari[sz]e|clarify|help me understand)"
_TELL = (
    rf"(?:{_EXPLAIN}|tell|show|list|check|find|look|confirm|say|remind|reproduce|see|know|estimate|verify|compare"
    r"|rule out|be sure)"
)
_ASKING_WORD = r"(?:what|why|which|who|whose|when|where|how)"
_NO = r"(?:n't)?"
_VERB = (
    rf"(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|would|will|should){_NO}|can't|won't|causes?|caused"
    r"|changed|happen(?:s|ed)?)"
)
_FRONT = (
    r"(?:(?:is|are|was|were|does|did|has)(?!n't| the (?:same|wrong|right|trick|job)\b)"
    r" (?:it|this|that|these|those|they|there|the|any\w*|we|you|our|your|its|v?\d[\w.]*)"
    r"|(?:do|have) (?:we|you|they|users|customers|people))"
)  # a verb in front of whom it is about: `does it hit 2.3`
_ASKING = re.compile(
    rf"(?:{_EXPLAIN}|(?!which\b|what (?:is|was|'s) (?:missing|wrong|needed) (?:is|are)\b"
    rf"|what should (?:happen|be done) is\b){_ASKING_WORD}(?:'s| {_VERB})"
    r"|how (?:many|much|often|long|come|likely|bad|sure)|(?:since|until|by|for how) (?:when|which|long)"
    rf"|which (?:release|version|commit|change|file|line|test|user|customer|signal)s?|{_FRONT})(?![\w'])",
    re.IGNORECASE,
)  # with which a question begins that has no mark; `what you planned is wrong`, `which is wrong` are none
_BEGINNING = re.compile(rf"(?:{_EXPLAIN}|{_ASKING_WORD})\b", re.IGNORECASE)
_WHETHER = r"(?:whether|if|which|what|how|who|when|where|why|me|us)"
_WISH_TO_HEAR = re.compile(
    rf"(?:(?:can|could|would|will) (?:you|we)\b(?:\s+please)?\s+(?:also\s+|briefly\s+)?{_TELL}\b"
    rf"|please\s+(?:also\s+|briefly\s+)?(?:{_EXPLAIN}|find out|\w+\s+{_WHETHER})\b"
    r"|should (?:we|i|you)\s+(?:worry|care|expect|wait|tell|warn)\b|why don't (?:you|we) (?:see|know|have|get)\b)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"(?:(?:can(?:'t)?|could(?:n't)?|would(?:n't)?|will|won't) (?:you|we)|should(?:n't)? (?:we|you|this|it)"
    r"|would(?:n't)?\b[^.?!]*\b(?:better|simpler|easier|cleaner|safer)|why (?:not|don't)|how about|what about|what if"
    r"|let's|maybe|instead|rather|please)\b",
    re.IGNORECASE,
)  # with which people ask for something to be done, question mark or not
_LATER_WISH = re.compile(
    r"(?:[.!?;:,]|\s[-\u2013—]|\b(?:and|but|so|then))\s+(?:(?:and|but|or|so|then|also)\s+)?"
    r"(?P<wish>(?:(?:can|could|would|will) you|let's|why not|why don't (?:you|we)|please\s+\w+)\b.*)",
    re.IGNORECASE,
)  # … said behind something else
_ORDER = re.compile(
    r"(?:^|[.!?;:]\s+|\s[-\u2013—]\s+)(?:(?:and|but|so|then|or|please|just|only|also|maybe|perhaps|better)\s+)*"
    r"(?:(?:use|add|make|put|keep|drop|remove|rename|replace|raise|return|handle|cover|guard|catch|skip|leave|take|avoid"
    r"|ignore|include|revert|wrap|prefer|go with|don't|do not|do (?:it|that|this|the same))"
    r"(?= )(?! (?:in|on|by|for|from|of|at|to|when|where)\b)"
    r"|(?:i|we)(?:'d| would) (?:like|prefer|rather)|i (?:want|prefer)"
    r"|(?:we|you) (?:should|must|need to|have to)|that's wrong|needs? (?:a|an|to|more|another))\b"
    r"|[.!?;]\s+(?:it|this|that) (?:should|must|has to|needs to)\b",
    re.IGNORECASE,
)  # a sentence that begins as an order, whatever sign stands at its end: `use a lock, ok?`
_WRITTEN_DOWN = re.compile(
    rf"{_EXPLAIN}\b.*\bin (?:(?:the|a|its|our) )?(?:docs?|documentation|docstring|changelog|readme|comments?"
    r"|(?:error )?messages?|commit|pull request|help)\b",
    re.IGNORECASE,
)  # `explain in the docs that …` tells what to write
_COURTESIES = re.compile(
    r"(?:(?:hi|hey|hello|ok|okay|so|and|but|also|hm+|well|quick question)\b[\s,:!.-]*"
    r"|(?:yes|no|nice|great|thanks|thank you|good|fine|sure|agreed|right|sorry|nice find)[,.!:]+\s+)+",
    re.IGNORECASE,
)
_MARKS = frozenset("?\uff1f\u061f⁇⁈⁉‽")
_SIGNS = re.compile(r"(?<![^\w\s])[^\w\s]++(?=\s|$)|[\uff1f\u061f]")  # at an end; some scripts have no space
_AGAIN = re.compile(r"\b(?:again|back|still|reopen)\b", re.IGNORECASE)
_AFTER = 2  # words that may follow the last mark of what is nothing but a question: `… cc Ada`
_NO_MORE = re.compile(
    r"\W*(?:thanks|thank you|thx|cheers|cc|no rush|just (?:curious|wondering)|asking for)\b", re.IGNORECASE
)


def is_question(words: str) -> bool:
    """Whether the words, which name us, ask to be told something: a question mark ends a sentence, or they begin so.

    Nothing that is nearly a decision (`approve?`) is a question.
    """
    said = _bare(words)
    if not said or phrase_of(words) is not None:
        return False
    return bool(_marks(said)) or _ASKING.match(said) is not None or _WISH_TO_HEAR.match(said) is not None


def is_but_a_question(words: str) -> bool:
    """Whether nothing but a question is asked: what is said behind it is no word of its own, and it is no wish."""
    said = _bare(words)
    marks = _marks(said)
    behind = said[marks[-1].end() :] if marks else ""
    is_whole = len(behind.split()) <= _AFTER or _NO_MORE.match(behind) is not None
    return is_question(words) and is_whole and not is_wish(words)


def begins_as_question(words: str) -> bool:
    """Whether they begin with a word by which people ask to be told something (`why`, `which`, `explain`)."""
    said = _bare(words)
    if not is_question(words):
        return False
    return _BEGINNING.match(said) is not None or (_WISH_TO_HEAR.match(said) is not None and not _AGAIN.search(said))


def is_wish(words: str) -> bool:
    """Whether a question asks for something to be done (`could you also …?`), which of an approver is guidance."""
    said = _bare(words)
    if _ORDER.search(said) or _WRITTEN_DOWN.match(said):
        return True
    if _WISH.match(said) and not _WISH_TO_HEAR.match(said):
        return True
    return any(not _WISH_TO_HEAR.match(later["wish"]) for later in _LATER_WISH.finditer(said))


def _marks(said: str) -> list[re.Match[str]]:
    """The ends of sentences that are questions. In the time that it takes to read them."""
    return [end for end in _SIGNS.finditer(said) if not _MARKS.isdisjoint(end[0])]


def _bare(words: str) -> str:
    """Without whom they name, what others wrote, and the courtesies with which people begin; lines are sentences."""
    own = _FOREIGN.sub(" ", words.replace("\u2019", "'"))
    lines = (" ".join(line.split()) for line in _ASIDE.sub(" ", own).splitlines())
    said = re.sub(r"^\W+", "", "; ".join(filter(None, lines)))
    return said[found.end() :] if (found := _COURTESIES.match(said)) else said
