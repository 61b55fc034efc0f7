"""Whether a chat message tells of a problem, or is only chatter, without a model.

Two opinions: cues that were written down, and a logistic regression over all words. Cues know short and plain words of
five languages; the regression knows what else people say when something is wrong, and what they say in between.
`chatter.json` holds what evals/learn_chatter.py learnt; docs/evals.md says how often the two are right.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agents.adapters import plain_reading

_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^[^\S\n]+at [\w.$<>]+\(|^[^\S\n]*File \"[^\"]+\", line \d+", re.MULTILINE
)


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_BROKEN = _words(  # says by itself that something does not work
    r"broke|broken|breaks|bug|bugs|buggy|crash\w*|dies|died|errors?|exception\w*|fails?|failed|failing|failures?",
    r"freez\w*|froze\w*|hangs?|hung|incorrect\w*|leaks?|lying|not working|outage|regression|stuck|timing out",
    r"timed? out|timeouts?|unusable|unresponsive|corrupt\w*|glitch\w*|stopp?ed working|stops working|[45]\d{2}s?",
    r"no longer|mojibake|garbled|doesn'?t work|didn'?t work|won'?t (?:load|open|start|work)",
    r"can'?t (?:log|sign|open|see|load)|off by|keeps? \w+ing|laggy|unreadable|blank|wrong|goes blank",
    r"never (?:works?|finish\w*|arriv\w*|load\w*|hears?|comes?|shows?)",
    r"(?:finds|shows|returns|sees|gets|got|prints) (?:nothing|no|zero|empty|two|double)|double|lost|dropped",
    r"is it just me|any(?:one|body) else|nobody (?:can|got|gets|has)",
    r"takes? (?:\d[\d-]*\+?|\w+ teen|forever|ages|minutes)|out of date|cut off|ran out|piling up|filling up",
    r"bounc\w+|loop(?:s|ing)|jumps? back|logged out|thrown out",
    r"firing|alerting|sev-?[0-3]|xss|csrf|(?:sql|html|script) injection|vulnerab\w*|security (?:hole|issue|bug)",
    # the commonest words for it in German, French, Spanish and Portuguese
    r"fehler\w*|kaputt|stürzt|abgestürzt|absturz|hängt|(?:funktioniert|geht|läuft|lädt) (?:\w+ )?nicht|ist leer",
    r"erreurs?|plante|planté|en panne|ne (?:marche|fonctionne|charge|s'ouvre) (?:pas|plus)|est (?:vide|cassée?)",
    r"errores|no (?:funciona|carga|abre|aparece)|fallan?|se (?:cuelga|cae)|está (?:rot[oa]|caíd[oa]|vací[oa])",
    r"erros?|não (?:funciona|carrega|abre|aparece)|travou|quebrad[oa]|está vazi[oa]|caiu",
)
_AMISS = _words(  # together with another of these
    r"again|still (?:says?|shows?|the|on|not|see\w*)|used to",
    r"since (?:the|we|this|last|yesterday|sunday|monday|tuesday)|since (?:wednesday|thursday|friday|saturday|v?\d)",
    r"missing|empty|twice|two|instead|unexpected\w*|weird\w*|strange\w*|odd\w*|slow\w*|unable|cannot|can'?t",
    r"doesn'?t|didn'?t|won'?t|isn'?t|aren'?t|don'?t|never|nothing|nobody|zero|0 \w+|disappear\w*|denied|refus\w*",
    r"reject\w*|should (?:be|say|show|have)|supposed to|why (?:do|does|is|are|did)|customers?|complain\w*|eats",
    r"loses|drops|skips|ignores?|flat|early|late|every (?:time|night|evening|morning|day)|all of (?:them|us)",
    r"leaves? out|people leave|only (?:half|cancels|shows)|half|spinning|spinner|forever|ages|even though|although",
    r"yet|hot|today|this morning|overnight|production|prod|page|button|mail|login|log in|dashboard|app|screen",
    r"export|import|invoice",
)
_TALK = _words(  # how people speak of what they build, ask for advice, or make arrangements
    r"lunch|dinner|coffee|ramen|pizza|birthday|congrat\w*|welcome|thanks|thank you|kudos|nice one|well done",
    r"great job|good (?:morning|evening|weekend)|happy (?:friday|holidays)|see you|dentist|vacation|holiday",
    r"out of office|ooo|pto|stand-?up|meeting|calendar|agenda|slides|reminder|fyi|all green|went well",
    r"is (?:through|live|out)|shipped|released|deployed|merged|fixed now|works now|working again|resolved",
    r"invite\w*|survey|offsite|party|tada|raised_hands|clap|wave|how (?:do|can|would|should|to)",
    r"is there (?:a|an|any) (?:way|easy|good)|best way|i guess|i think",
    r"you (?:can|could|should|need|might|may|want)|depends|for example|e\.?g|maybe you",
    r"would be (?:nice|cool|great)|haha|lol|xd|ah|oh|yeah|yep|ok|okay|sure|right|agree\w*|makes sense|in theory",
    r"basically|i believe|i suppose|probably",
)
_WORD = re.compile(r"[^\W\d_][\w']*")
_LINK = re.compile(r"https?://\S*")
_HEARD = 700  # characters of a message by which it is told
_STRONG, _ENOUGH = 2, 2
_UNLIKELY, _LIKELY = -3.0, -0.5  # scores that a message needs with and without enough cues
NUMBERS = ("broken", "amiss", "talk", "asks")


class Chatter(BaseModel):
    """What was learnt: a weight for each number and each word."""

    model_config = ConfigDict(frozen=True)

    learnt_on: str
    bias: float
    numbers: tuple[float, ...]
    words: dict[str, float]

    def score(self, text: str) -> float:
        """The logit of its telling of a problem."""
        numbers = sum(map(float.__mul__, self.numbers, numbers_of(text)))
        return self.bias + numbers + sum(self.words.get(word, 0.0) for word in words_of(text))


def tells_of_a_problem(text: str) -> bool:
    """Whether a chat message is about something that does not work, by its words."""
    if _TRACE.search(text) or plain_reading.names_an_error(text):
        return True
    broken, amiss, talk, _ = numbers_of(text)
    said = _STRONG * broken + amiss - talk // 2 >= _ENOUGH
    return _learnt().score(text) >= (_UNLIKELY if said else _LIKELY)


def numbers_of(text: str) -> tuple[float, ...]:
    """One for each of `NUMBERS`: how many cues of each kind it has, and whether it asks."""
    heard = text[:_HEARD]
    cues = (len({match[0].lower() for match in kind.finditer(heard)}) for kind in (_BROKEN, _AMISS, _TALK))
    return (*(float(count) for count in cues), float("?" in heard))


def words_of(text: str) -> frozenset[str]:
    """The words by which it is told, in small letters."""
    return frozenset(_WORD.findall(_LINK.sub(" ", text[:_HEARD]).lower()))


@cache
def _learnt() -> Chatter:
    path = Path(__file__).with_suffix(".json")
    return Chatter.model_validate(json.loads(path.read_text("utf-8")))
