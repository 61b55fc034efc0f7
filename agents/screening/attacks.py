"""Text that tries to steer an agent, as far as rules can tell. What they let pass a model still reads.

The rules hold only what gives an order to whoever reads. What is told about (quoted, in a log, in the past tense) is
left to the model, because reports of attacks are signals like any other.
"""

from __future__ import annotations

import bisect
import html
import re
from collections.abc import Iterator

from agents.screening import attack_patterns as patterns
from agents.screening.decodings import decodings, disguises
from agents.screening.telling import is_asked, is_done, is_order, is_told, opens_sentence
from agents.screening.unseen import decoded_tags, hidden_markup, without_invisible
from storage.judgments import Screening, Threat

_QUOTE_LIMIT = 300
_SHORTEST_ORDER = 20  # characters
_LONGEST_LEAD = 90  # characters between a verb and what it speaks of
_LONGEST_CODE = 1_500  # characters of code after an order to take it over
_LAWLESS_WORDS = 3
_LONGEST_GIFT = 240  # characters between a verb and the place that a secret is sent to


def find_attack(text: str) -> Screening | None:
    """The first attack that a rule recognises, or None. The quote occurs in `text`, unless it was hidden in it."""
    return next(find_attacks(text), None)


def find_attacks(text: str) -> Iterator[Screening]:
    """Every attack that the rules recognise, one at a time, the least visible first."""
    visible = _calm(without_invisible(text))
    yield from _hidden(text, visible)
    yield from _encoded(visible)
    yield from _shell(visible)
    yield from _exfiltration(visible)
    yield from _override(visible)


def _calm(text: str) -> str:
    """The text without long runs of white space, in which a search could lose itself."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]{2,}", " ", text))


def _held(threat: Threat, quote: str, reason: str) -> Screening:
    return Screening(threat=threat, quote=quote.strip()[:_QUOTE_LIMIT], reason=reason[:_QUOTE_LIMIT])


def _hidden(text: str, visible: str) -> Iterator[Screening]:
    """Instructions where people do not look."""
    threat = Threat.HIDDEN_INSTRUCTIONS
    if tags := decoded_tags(text):
        yield _held(threat, tags, f"Characters that nobody can see spell out: “{tags[:200]}”.")
    for found in hidden_markup(html.unescape(visible)):  # Slack sends markup escaped
        if patterns.OVERRIDE.search(found) or patterns.FOR_AGENTS.search(found) or _orders(found):
            yield _held(threat, found, "Markup that readers do not see gives orders to an agent.")
    if visible != _calm(text) and not _orders(_calm(text)) and (found := _orders(visible)):
        yield _held(threat, found, "Invisible characters cut up an order, so that a search would not find it.")
    for line in visible.splitlines():
        backwards = line[::-1]
        if len(line) > _SHORTEST_ORDER and (found := _orders(backwards)) and not _orders(line):
            yield _held(Threat.ENCODED_PAYLOAD, line, f"Read backwards it says: “{found[:200]}”.")


def _encoded(text: str) -> Iterator[Screening]:
    """Encoded text that is an order once decoded."""
    for quote, decoded in decodings(text):
        if found := _orders(decoded) or _command(decoded):
            yield _held(Threat.ENCODED_PAYLOAD, quote, f"Decoded it says: “{found[:200]}”.")
    if not _orders(text):  # else it is in the open already
        for quote, plain in disguises(text):
            if found := _orders(plain):
                yield _held(Threat.ENCODED_PAYLOAD, quote, f"Without its disguise it says: “{found[:200]}”.")
    if (match := patterns.DECODE_AND_DO.search(text)) and not is_told(text, match.start()):
        yield _held(Threat.ENCODED_PAYLOAD, match[0], "Asks the reader to decode something and do what it says.")


def _shell(text: str) -> Iterator[Screening]:
    """An order to fetch and run something. What the writer ran, or what a log shows, is told and not ordered."""
    threat = Threat.REMOTE_CODE_EXECUTION
    for match in patterns.BLUNT.finditer(text):
        if (is_order(text, match.start()) or _is_to_be_run(text, match)) and not is_done(text, match.start()):
            yield _held(threat, _around(text, match), "Asks the reader to run what opens or harms the machine.")
    for match in patterns.KEY_PLANTED.finditer(text):
        if is_order(text, match.start()):
            yield _held(threat, _around(text, match), "Asks the reader to let somebody else's key in.")
    for match in patterns.FETCH_AND_RUN.finditer(text):
        if _is_to_be_run(text, match):
            yield _held(threat, _around(text, match), "Asks the reader to fetch something and run it.")


def _is_to_be_run(text: str, match: re.Match[str]) -> bool:
    """Whether the words before it tell the reader to run it."""
    lead = text[max(0, match.start() - _LONGEST_LEAD) : match.start()].rpartition("\n\n")[2]
    order = patterns.RUN_IT.search(lead)
    if order is None:
        return False
    start = match.start() - len(order[0])
    return not is_told(text, start) and not is_done(text, start)


def _exfiltration(text: str) -> Iterator[Screening]:
    reason = "Asks the reader to give away secrets or private data."
    for start, end in _giving_away(text):
        if is_asked(text, start) and is_order(text, start):
            yield _held(Threat.SECRET_EXFILTRATION, text[start:end], reason)
    for match in patterns.BETRAY.finditer(text):
        if is_order(text, match.start()):
            yield _held(Threat.SECRET_EXFILTRATION, match[0], "Asks the reader for its own secrets, or its people's.")


def _giving_away(text: str) -> Iterator[tuple[int, int]]:
    """Where a secret is given away: a command, or a verb with a secret and a place to send it in its sentence."""
    yield from (match.span() for match in patterns.GIVEN_AWAY.finditer(text))
    if patterns.SECRET.search(text) is None:
        return
    for verb in patterns.GIVE.finditer(text):
        window = text[verb.end() : verb.end() + _LONGEST_GIFT].partition("\n")[0]
        secret = patterns.SECRET.search(window, 0, _LONGEST_LEAD)
        if secret is None or patterns.SOMEBODY_ELSE.search(window[: secret.start()]):
            continue
        if away := patterns.AWAY.search(window, secret.end()):
            yield verb.start(), verb.end() + away.end()


def _override(text: str) -> Iterator[Screening]:
    threat = Threat.INSTRUCTION_OVERRIDE
    for match in patterns.OVERRIDE.finditer(text):
        if is_order(text, match.start()):
            yield _held(threat, match[0], "Asks an agent to drop its instructions, or poses as its system.")
    for match in patterns.AGENT_ORDER.finditer(text):
        if is_order(text, match.start()):
            yield _held(threat, match[0], "Tells an agent to do what serves only the writer.")
    for match in patterns.ANSWER.finditer(text):
        if opens_sentence(text, match.start()) and is_order(text, match.start()) and not _asks_for_evidence(match[0]):
            yield _held(threat, match[0], "Tells the reader what its answer must look like.")
    yield from _persona(text)
    yield from _implant(text)


def _asks_for_evidence(order: str) -> bool:
    return patterns.EVIDENCE.search(order) is not None


def _persona(text: str) -> Iterator[Screening]:
    """Another role, described as one without limits."""
    lawless = {word.lower() for word in patterns.LAWLESS.findall(text)}
    if len(lawless) < _LAWLESS_WORDS:
        return
    for match in patterns.PERSONA.finditer(text):
        if is_order(text, match.start()):
            reason = f"Gives the reader another role, one without limits: {', '.join(sorted(lawless)[:5])}."
            yield _held(Threat.INSTRUCTION_OVERRIDE, _line_of(text, match), reason)
            return


def _implant(text: str) -> Iterator[Screening]:
    """Code that reaches out, to be put into what the reader writes."""
    reaching_out = [match.start() for match in patterns.SIDE_EFFECT.finditer(text)]
    if not reaching_out:
        return
    for match in patterns.IMPLANT.finditer(text):
        after = bisect.bisect_left(reaching_out, match.end())
        if after == len(reaching_out) or reaching_out[after] > match.end() + _LONGEST_CODE:
            continue
        line = _line_of(text, match)
        if patterns.REPEATED.search(line):
            continue
        if is_order(text, match.start()):
            yield _held(
                Threat.REMOTE_CODE_EXECUTION, line, "Wants code that reaches out put into what the reader writes."
            )


def _orders(text: str) -> str:
    """The fragment that is an order of any kind, regardless of who tells it; empty if there is none."""
    for rule in (patterns.OVERRIDE, patterns.FETCH_AND_RUN, patterns.BLUNT):
        if match := rule.search(text):
            return match[0]
    start, end = next(_giving_away(text), (0, 0))
    return text[start:end]


def _command(decoded: str) -> str:
    """A sentence in the imperative; nobody encodes one for people to read."""
    found = patterns.COMMAND.search(decoded)
    return found[0] if found else ""


def _line_of(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 90)
    end = text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)]


def _around(text: str, match: re.Match[str]) -> str:
    """The match with the rest of the line before it, so that people see the order."""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 90)
    return text[start : match.end()]
