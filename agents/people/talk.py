"""What people say in a report's thread that is said to one another, told by its form. No model has a say in it. Pure.

It errs to one side: whoever takes talk for guidance pays a look for nothing, whoever takes guidance for talk does what
nobody wants. So what is talk is listed, word by word, and all else is guidance.
"""

from __future__ import annotations

import re
import unicodedata

from agents.phrases import without_invisible

_SOMEBODY = re.compile(r"<(?:@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+|!(?:here|channel|everyone))(?:\|[^>]*)?>")
_SLACKS = re.compile(
    r"<?https://[\w-]+\.slack\.com/(?:archives/[A-Z0-9]+/p\d+|team/[UW][A-Z0-9]+)[^\s|>]*(?:\|[^>]*)?>?"
)
_SHORTCODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-\d:)?")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")  # the colour of a hand, and how a sign is drawn
_WHO, _LINK, _SIGN = "\ue000", "\ue001", "\ue002"  # what stands for each of them, in nobody's words
_DECIDING = frozenset({
    "+1", "thumbsup", "-1", "thumbsdown", "white_check_mark", "heavy_check_mark", "ballot_box_with_check", "shipit",
    "ship", "rocket", "x", "no_entry", "no_entry_sign", "octagonal_sign", "raised_hand", "hand", "ok", "ok_hand", "100",
    "negative_squared_cross_mark", "heavy_multiplication_x", "no_good", "a", "b", "one", "two", "three", "four", "five",
})  # fmt: skip
_DECIDING_SIGNS = frozenset("👍👎✅✔☑🚀🚢❌⛔🚫🛑✋👌💯❎✖🙅")
_CHEERING = frozenset({"tada", "raised_hands", "clap", "slightly_smiling_face", "smile", "pray"})
_CHEERING_SIGNS = frozenset("🎉🙌👏🙂😄🙏")

_DAY = (
    r"(?:today|tonight|tomorrow(?: morning| evening)?|later|soon|"
    r"(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|next week|this (?:week|afternoon|evening|morning))"
)
_WHEN = (
    rf"(?:{_DAY}|in a (?:bit|minute|moment|sec|while|meeting)|in \d+ ?(?:m|mins?|minutes|h|hours?)|when i'm back|"
    rf"after (?:lunch|standup|(?:my|the) meeting|work)|first thing(?: {_DAY})?)"
)
_THIS = r"(?:this|it|that)"
_LAUGHTER = (
    r"(?:a*(?:ha)+h?|hehe(?:he)*|hihi|lo+l|lmao|rofl|xd|ouch|oof|ugh|argh|yikes|whoa|wow|omg|phew|oops|whoops|eek"
    r"|heh|huh)"
)
_REMARK = (
    rf"(?:(?:not )?{_THIS}(?: (?:old )?(?:one|thing|bug|error|classic))? again|(?:oh |ah )?(?:no )?not again|oh no|"
    r"sigh|my bad|(?:(?:a|the|an old) )?classic|good old \w+day|(?:so )?(?:funny|sad|weird|strange|embarrassing)|"
    r"(?:that's|this is|it's) (?:so )?(?:funny|hilarious|weird|strange|embarrassing))"
)
_THANKS = (
    r"(?:(?:many |big )?(?:thanks|thank you|thank u|thx|ty|tysm|cheers)(?: (?:a lot|a ton|a bunch|so much|very much|"
    r"again|all|everyone|everybody|folks|team|both|guys|bot|signalbox|"
    r"for (?:looking|checking|the (?:heads up|ping|info|update|report|quick \w+))))*)"
)
_PRAISE = (
    r"(?:(?:very |so |really )?(?:nice|neat|impressive|amazing|awesome|wonderful|brilliant|excellent|kudos)"
    r"(?: (?:work|job|one|find|catch|bot|stuff))?|(?:great|good) (?:work|job|find|catch|bot|stuff)|well done|"
    r"you're welcome|no worries|no problem|welcome back|congrats|congratulations|yay|woohoo|hooray)"
)
_GREETING = (
    r"(?:(?:hi|hello|hey|hiya|morning|good (?:morning|afternoon|evening|night)|bye|see you|see ya|cu|happy \w+day|"
    rf"have a (?:nice|good|great) (?:day|evening|weekend|one))(?: (?:there|all|everyone|everybody|folks|team|{_DAY}))*)"
)
_AWAY = (
    r"(?:(?:i'm |i am )?(?:brb|bbl|afk|gtg|back|away|ooo|out of office|in a (?:meeting|call)|at lunch|having lunch|"
    rf"on holiday)(?: {_WHEN})*|(?:just )?(?:one|a|1) (?:sec|second|moment|minute|min)|"
    rf"(?:i'll be |i will be |will be |be )(?:right back|back|away|out|afk)(?: {_WHEN})*)"
)
_LOOKING = (
    r"(?:(?:i'll |i will |i can |will |gonna |going to |let me )(?:have |take )?(?:a )?(?:quick |closer |proper )?"
    rf"(?:look|read|check|think)(?: (?:at|into|about|through))?(?: {_THIS})? {_WHEN}|(?:will|i'll|i will) look|"
    r"(?:i'll |i will |will )(?:have|take) a (?:quick |closer |proper )?look|"
    rf"(?:i'm )?(?:still )?(?:reading|looking|having a look|taking a look|catching up)(?: {_THIS})?(?: now)?)"
)
_FILLER = r"(?:ah|oh|aw+|hm+|mm+|well|ok|okay|cool|great|indeed|anyway|btw|sorry|all|folks|team|everyone)"
_ON_CALL = (
    rf"(?:(?:the )?on ?call(?: (?:person|engineer))?(?: {_DAY})?(?: is)? ?{_WHO}|{_WHO}(?: is)? on ?call(?: {_DAY})?|"
    rf"i'm on ?call(?: {_DAY})?)"
)
_CALLING = (
    rf"(?:(?:cc|fyi|ping|pinging|paging|adding|looping in|tagging|summoning|\+)?(?: ?{_WHO}(?: and)?)+"
    r"(?: (?:fyi|for visibility|for info|too|as well))?)"
)
_KIND = rf"(?:{_LAUGHTER}|{_REMARK}|{_THANKS}|{_PRAISE}|{_GREETING}|{_AWAY}|{_LOOKING})"
_PLEASANTRY = re.compile(rf"{_KIND}(?: {_LAUGHTER})*")
_COURTEOUS = re.compile(rf"(?:{_FILLER} )*(?:{_FILLER}|{_KIND}(?: {_LAUGHTER})*)")
_FILLERS = re.compile(rf"{_FILLER}(?: {_FILLER})*")
_AMONG_PEOPLE = re.compile(f"{_ON_CALL}|{_CALLING}")
_ENDS = re.compile(rf"[.,!;:()\n\u2026{_SIGN}]+|\s[-\u2013\u2014]+\s|\s*\^+")

_HANDED = re.compile(rf"[ ]*:\s*{_WHO}")
_NAMES = re.compile(rf"^[{_WHO}{_LINK} ]+|[{_WHO}{_LINK} ]+$")
_TO_SOMEBODY = re.compile(
    rf"(?:(?:hi|hey|hello|thanks|sorry|morning)[ ,]+)?{_WHO}(?:(?: ?,? ?(?:and|&|\+)? ?){_WHO})*[ ,:]*"
)
_SAID_TO_THEM = re.compile(
    r"(?:i|i'm|i'd|i'll|i've|we|we're|we'll|we've|you|you're|you'll|you've|your|u|was|were|will|has|knows|remembers?|see|"
    r"saw|wdyt|any|thoughts|same|welcome|yours|mine|is (?:on|in|at|out|away|back|off)|"
    r"(?:can|could|would|do|did|have|are) (?:you|we))(?![\w'])"
)  # behind a name: what is said to them, or of where they are; `is right`, `wants`, `already has` tell us something
_EVERYDAY_WORDS = """
a about afk after afternoon ago all already also always am an and any anyone anything are around ask asked at away
back be been believe bit break breakfast busy but by can chat coffee coming could course customer customers day days
did dinner evening everybody everyone feel for forgot free friday from funny glad going gone good got great guess had
happy has have having hear heard here hey hi him his holiday holidays hope i i'd i'll i'm i've idea in is it it's its
join joined just know knows last late later look looked looking looks lot lunch maybe me mean meet meeting mentioned
met mine moment monday month months morning much my myself next nice now of on oncall online or our out people person
ping pinged pm really remember remembers reported reporter said sales same saturday saw says see seen sent shift since
somebody someone something soon sorry spoke standup still sunday sure talk talked talking team tell thank thanks that
that's the them then there these they thing things this those thought thoughts thursday time to today together told
tomorrow tonight too tuesday u until up us vacation very wait waited waiting was wdyt we we'll we're we've wednesday
week weekend weeks welcome were what when where which while who will with wonder wondered wondering would wrote yeah
year years yes yesterday yet you you'll you're you've your yours yourself
"""  # with them alone nobody is told what a plan has to do
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
_HARMLESS = re.compile(
    r"(?<![\w'])(?:not (?:sure|around|online)|haven't|don't know|no idea|(?:do|did) (?:you|we)|"
    r"on call|in a call)(?![\w'])"
)  # of words that may tell what to do elsewhere
_DEEDS = re.compile(
    r"(?:(?<![\w'])(?:would|could|can|will)|'d|'ll)(?: (?:also|just|always|really|all|maybe))* "
    r"(?!(?:wait|ask|look|see|talk|tell|know|join|meet|chat|ping|wonder|have a look|you|we|i|"
    r"be (?:on|in|at|out|away|back|off|there|here|online|around|late))(?![\w']))"
)  # what somebody would have done, other than by people among themselves
_MOST, _LONGEST = 30, 400  # words to somebody, and characters; who says more tells something


def is_talk(words: str, *, answers: bool = False) -> bool:
    """Whether the words are said among people: to somebody by name, without a word, or wholly a known pleasantry.

    `answers`: a question of ours is open. Then a sign, a name or a sentence to somebody may be the answer to it, so
    that pleasantries alone are talk. A sign that agrees or refuses is none: who sent it may take it for a decision.
    """
    said = _marked(words) if len(words) <= _LONGEST else None
    if said is None:
        return False
    parts = [" ".join(part.split()) for part in _ENDS.split(_HANDED.sub(_WHO, said)) if part.strip()]
    if parts and all(map(_PLEASANTRY.fullmatch, parts)):
        return True
    return not answers and (_is_courteous(parts) or _is_wordless(said, parts) or _calls(parts) or _is_to_somebody(said))


def _marked(words: str) -> str | None:
    """The words with marks for people, Slack's own links and signs; None where a sign may be meant as a decision."""
    text = _SLACKS.sub(f" {_LINK} ", _SOMEBODY.sub(f" {_WHO} ", without_invisible(words.replace("\u2019", "'"))))
    text = _TONES.sub("", text.lower())
    signs = set(_SHORTCODE.findall(text))
    text = _SHORTCODE.sub(f" {_SIGN} ", text)
    pictures = {letter for letter in text if unicodedata.category(letter) == "So"}
    if signs & _DECIDING or pictures & _DECIDING_SIGNS:
        return None
    text = "".join(f" {_SIGN} " if letter in pictures else letter for letter in text)
    cheers = bool(signs & _CHEERING or pictures & _CHEERING_SIGNS)
    return None if cheers and not re.search(r"\w", text) else re.sub(r"[ \t]+", " ", text).strip()


def _is_courteous(parts: list[str]) -> bool:
    """Whether there is a pleasantry, be it behind what agrees to nothing (`ok thanks`), and nothing else."""
    bare = [said for part in parts if (said := _NAMES.sub("", part))]
    return bool(bare) and all(map(_COURTEOUS.fullmatch, bare)) and not all(map(_FILLERS.fullmatch, bare))


def _is_wordless(said: str, parts: list[str]) -> bool:
    """Whether nothing but signs and links of Slack's own is there."""
    return (_SIGN in said or _LINK in said) and all(set(part) <= {_LINK, " "} for part in parts)


def _calls(parts: list[str]) -> bool:
    """Whether somebody is only called in, or it is only said who is on call, with a pleasantry or without."""
    people = [part for part in parts if _AMONG_PEOPLE.fullmatch(part.removeprefix("fyi "))]
    rest = [part for part in parts if part not in people and not set(part) <= {_LINK, " "}]
    return bool(people) and all(map(_COURTEOUS.fullmatch, rest))


def _is_to_somebody(said: str) -> bool:
    """Whether it begins with somebody's name and goes on in everyday words alone, none of which tells us what to do."""
    named = _TO_SOMEBODY.match(said)
    if named is None:
        return False
    told = _HARMLESS.sub(" ", said[named.end() :])
    words = re.findall(rf"[^\s.,!?;:(){_WHO}{_LINK}{_SIGN}]+", told)
    begins = _SAID_TO_THEM.match(said[named.end() :].strip()) is not None
    if _DEEDS.search(told):
        return False
    return begins and len(words) <= _MOST and all(word in _EVERYDAY for word in words)
