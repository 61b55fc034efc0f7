"""What a reply says, if it is wholly a phrase that we know. No model has a say in it.

Only plain words decide, at most with a sign that agrees. A question mark, a quotation, crossed-out words or a sign that
disagrees leave a phrase unclear, and so does a sign without words: an unclear reply decides nothing and guides nothing.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Phrase(StrEnum):
    """A known phrase."""

    YES = "yes"
    NO = "no"
    STOP = "stop"
    RETRY = "retry"
    PERMIT = "permit"  # the words that were asked about
    GO_ON = "go_on"  # with the fix, although somebody else may be at it
    BY_HAND = "by_hand"  # the person mends it, so that it is neither a decision nor guidance
    UNCLEAR = "unclear"  # nearly one of the others, or no words at all


_KNOWN = {
    Phrase.YES: ("approve", "approved", "go ahead", "go for it", "ship it", "yes", "yes please", "lgtm", "do it"),
    Phrase.NO: ("no", "not now", "no thanks", "no thank you", "later"),
    Phrase.STOP: ("stop", "stop it", "stop please", "stop it please", "please stop", "please stop it",
                  "cancel", "dismiss", "dismiss it", "dismiss this", "please dismiss", "please dismiss this"),
    Phrase.RETRY: ("retry", "try again"),
    Phrase.PERMIT: ("these words are fine", "those words are fine", "the words are fine", "words are fine"),
    Phrase.GO_ON: ("go on", "go on please", "please go on", "go on anyway", "continue", "please continue"),
    Phrase.UNCLEAR: ("ok", "okay", "k", "yep", "yeah", "yup", "sure", "fine", "yes yes", "please", "go ahead please",
                     "please do", "sounds good", "looks good", "thanks", "thank you", "great", "nice", "cool", "nope",
                     "nah", "hm", "hmm", "maybe", "wait"),
}  # fmt: skip
_THIS = r"(?:this|it|that)(?: one)?"
_BY_HAND = re.compile(
    r"(?:ok |okay )?(?:mine|on it|i'?(?:ve)? got (?:this|it)|"
    r"(?:i ?'?ll|i will|i can|i'm going to|i am going to|let me|we'll|we will) "
    r"(?:take(?: care of)?|grab|fix|handle|own|mend|do|look (?:at|into)|work on) "
    rf"{_THIS}|"
    rf"(?:i'?m|i am|we're|we are) (?:on|fixing|mending|handling|taking|working on|looking into) {_THIS}|"
    rf"(?:i take|taking|claiming) {_THIS})"
    r"(?: (?:by hand|myself|ourselves|manually|already|now|today|tomorrow))*"
)
_TO_SOMEBODY = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|,\s*@?[^\W\d_]+[.!\s]*$")
_BY_WORDS = {words: phrase for phrase, all_words in _KNOWN.items() for words in all_words}
_CHEERS = frozenset({"rocket", "ship", "tada", "+1", "thumbsup", "white_check_mark", "heavy_check_mark", "shipit",
                     "raised_hands", "clap", "slightly_smiling_face", "smile", "pray"})  # fmt: skip
_CHEER_SIGNS = frozenset("🚀🚢🎉👍✅✔🙌👏🙂😄🙏")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")  # the colour of a hand, and how a sign is drawn
_SHORTCODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-\d:)?")


def phrase_of(words: str) -> Phrase | None:
    """The phrase that a reply wholly is; None for any other words."""
    words = without_invisible(words)
    if _is_by_hand(words):
        return Phrase.BY_HAND
    signs = set(_SHORTCODE.findall(words.lower()))
    text = _TONES.sub("", _SHORTCODE.sub(" ", words.lower()))
    pictures = {letter for letter in text if unicodedata.category(letter) == "So"}
    text = "".join(" " if letter in pictures else letter for letter in text)
    said = " ".join(re.sub(r"[.!,]", " ", text).split())
    bare = " ".join(re.sub(r"[^\w\s']|_", " ", said).split())
    phrase = Phrase.UNCLEAR if not bare else _BY_WORDS.get(bare)
    if phrase is None or bare != said:
        return None if phrase is None else Phrase.UNCLEAR
    agreeing = bool(signs & _CHEERS or pictures & _CHEER_SIGNS)
    other = bool(signs - _CHEERS or pictures - _CHEER_SIGNS)
    contrary = other if phrase is Phrase.YES else agreeing
    return Phrase.UNCLEAR if contrary else phrase


def without_invisible(words: str) -> str:
    """The words without signs that nobody sees: keyboards and copied text leave some between and behind letters."""
    return "".join(letter for letter in words if unicodedata.category(letter) != "Cf")


def _is_by_hand(words: str) -> bool:
    """Whether somebody says wholly that they mend it themselves, be it to a colleague by name."""
    to_nobody = _TO_SOMEBODY.sub(" ", _SHORTCODE.sub(" ", words)).lower().replace("\u2019", "'")
    return _BY_HAND.fullmatch(" ".join(re.sub(r"[.!,]", " ", to_nobody).split())) is not None
