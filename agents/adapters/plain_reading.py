"""Reading a signal without a model: its first words, its errors and names, and whether it tells of a problem at all."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\s])|\n+")
_ERROR_NAME = re.compile(r"\b(?:[A-Za-z_]\w*\.){0,6}[A-Z]\w{2,60}(?:Error|Exception|Warning|Fault|Timeout|Failure)\b")
_ERROR_LINE = re.compile(
    r"^\s{0,20}(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception|Fault|Warning|Timeout)|panic|fatal|error|[A-Z]\w{3,60}): ?"
    r"(\S.{2,200})$",
    re.MULTILINE,
)
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^[^\S\n]+at [\w.$<>]+\(|^[^\S\n]*File \"[^\"]+\", line \d+", re.MULTILINE
)
_NAME = re.compile(
    r"`([^`\n]{2,60})`"  # in code marks
    r"|\b([A-Za-z_]\w{1,40}\(\))"  # a call
    r"|\b([a-z]\w{0,30}(?:\.[a-z_]\w{1,40}){1,5})\b"  # dotted
    r"|\b([a-z]{1,30}(?:_[a-z0-9]{1,30}){1,6})\b"  # snake case
    r"|\b([a-z]{2,30}(?:[A-Z][a-z0-9]{1,30}){1,6})\b"  # camel case
    r"|, in (\w{2,60})$"  # a frame's function
    r"|\b([A-Z]{2,12}-\d{1,6}|[45]\d{2})\b",  # an issue, a status code
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W_]{3,40}")
_COMMON = frozenset(
    word
    for line in (
        "about after again all also and any are because been before being but can could did does doing done for from",
        "get gets got had has have hello help her here him his how into its just like made make many may might more",
        "most much need not now off one only other our out over please same see seen she should since some still",
        "such than thank thanks that the their them then there these they this those through too two use used using",
        "very was way were what when where which while who why will with would yes yet you your team kind regards",
        "morning everybody somebody",
    )
    for word in line.split()
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
_HEARD = 700  # characters of a message by which it is told
_STRONG, _ENOUGH = 2, 2
_TITLE_LIMIT, _GIST_LIMIT, _QUERY_LIMIT = 120, 600, 200
_TERMS_IN_TITLE, _TERMS_IN_QUERY = 3, 10


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that hold words."""
    return [part.strip() for part in _SENTENCE.split(text) if _WORD.search(part)]


def errors(text: str) -> list[str]:
    """The names of errors and the messages that stand on an error's line, each once, first come first."""
    found = [match[0].rpartition(".")[2] for match in _ERROR_NAME.finditer(text)]
    return list(dict.fromkeys([*found, *(match[0].strip() for match in _ERROR_LINE.finditer(text))]))


def names(text: str) -> frozenset[str]:
    """What only this problem's code, issues and status codes are called, in lower case."""
    found = (next(group for group in match.groups() if group) for match in _NAME.finditer(text))
    plain = (name.removesuffix("()").rpartition(".")[2].lower() for name in found)
    kinds = (match[0].rpartition(".")[2].lower() for match in _ERROR_NAME.finditer(text))
    return frozenset(name for name in (*plain, *kinds) if len(name) > 2)  # noqa: PLR2004 shorter ones say nothing


def terms(text: str) -> frozenset[str]:
    """The words that say something, without their commonest endings."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in _COMMON)


def title(text: str) -> str:
    """The first sentence that says something, cut to a line."""
    spoken = sentences(text)
    telling = (sentence for sentence in spoken if len(terms(sentence)) >= _TERMS_IN_TITLE)
    return _line(next(telling, next(iter(spoken), text)), _TITLE_LIMIT)


def gist(text: str) -> str:
    """The first sentences, and the error if they do not name it."""
    lead = _line(" ".join(sentences(text)[:4]), _GIST_LIMIT)
    error = next((line for line in reversed(errors(text)) if line not in lead), "")
    return f"{lead} {error}".strip()


def queries(heading: str, text: str) -> tuple[str, ...]:
    """The heading, the error with the functions it passed, and the most telling words."""
    by_error = " ".join([*errors(text)[:2], *sorted(names(text))[:6]])
    telling = sorted((word for word in terms(text) if not word.isdigit()), key=lambda word: (-len(word), word))
    found = (_line(query, _QUERY_LIMIT) for query in (heading, by_error, " ".join(telling[:_TERMS_IN_QUERY])))
    return tuple(dict.fromkeys(query for query in found if query))


def tells_of_a_problem(text: str) -> bool:
    """Whether a chat message is about something that does not work, by its words."""
    if _TRACE.search(text) or _ERROR_NAME.search(text):
        return True
    heard = text[:_HEARD]
    broken, amiss, talk = (
        len({match[0].lower() for match in cues.finditer(heard)}) for cues in (_BROKEN, _AMISS, _TALK)
    )
    return _STRONG * broken + amiss - talk // 2 >= _ENOUGH


def _line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rpartition(' ')[0] or line[: limit - 1]}…"


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:  # noqa: PLR2004 shorter stems say nothing
            return word.removesuffix(ending)
    return word
