"""Text that tries to steer an agent, as far as rules can tell. What they let pass a model still reads.

The rules hold only what gives an order to whoever reads. What is told about (quoted, in a log, in the past tense) is
left to the model, because reports of attacks are signals like any other.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import urllib.parse
from collections.abc import Iterator

from agents import attack_patterns as patterns
from agents.unseen import decoded_tags, hidden_markup, without_invisible
from storage.judgments import Screening, Threat

_QUOTE_LIMIT = 300
_SHORTEST_ORDER = 20  # characters
_LONGEST_LEAD = 90  # characters between a verb and what it speaks of
_LONGEST_GIFT = 240  # characters between a verb and the place that a secret is sent to


def find_attack(text: str) -> Screening | None:
    """The first attack that a rule recognises, or None. The quote occurs in `text`, unless it was hidden in it."""
    visible = _calm(without_invisible(text))
    return (
        _hidden(text, visible) or _encoded(visible) or _shell(visible) or _exfiltration(visible) or _override(visible)
    )


def _calm(text: str) -> str:
    """The text without long runs of white space, in which a search could lose itself."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]{2,}", " ", text))


def _held(threat: Threat, quote: str, reason: str) -> Screening:
    return Screening(threat=threat, quote=quote.strip()[:_QUOTE_LIMIT], reason=reason[:_QUOTE_LIMIT])


def _hidden(text: str, visible: str) -> Screening | None:
    """Instructions where people do not look."""
    threat = Threat.HIDDEN_INSTRUCTIONS
    if tags := decoded_tags(text):
        return _held(threat, tags, f"Characters that nobody can see spell out: “{tags[:200]}”.")
    for found in hidden_markup(html.unescape(visible)):  # Slack sends markup escaped
        if patterns.OVERRIDE.search(found) or patterns.FOR_AGENTS.search(found) or _orders(found):
            return _held(threat, found, "Markup that readers do not see gives orders to an agent.")
    if visible != _calm(text) and not _orders(_calm(text)) and (found := _orders(visible)):
        return _held(threat, found, "Invisible characters cut up an order, so that a search would not find it.")
    for line in visible.splitlines():
        backwards = line[::-1]
        if len(line) > _SHORTEST_ORDER and (found := _orders(backwards)) and not _orders(line):
            return _held(Threat.ENCODED_PAYLOAD, line, f"Read backwards it says: “{found[:200]}”.")
    return None


def _encoded(text: str) -> Screening | None:
    """Encoded text that is an order once decoded."""
    for quote, decoded in _decodings(text):
        if found := _orders(decoded):
            return _held(Threat.ENCODED_PAYLOAD, quote, f"Decoded it says: “{found[:200]}”.")
    if (match := patterns.DECODE_AND_DO.search(text)) and not _is_told(text, match.start()):
        return _held(Threat.ENCODED_PAYLOAD, match[0], "Asks the reader to decode something and do what it says.")
    return None


def _decodings(text: str) -> Iterator[tuple[str, str]]:
    for match in patterns.BASE64.finditer(text):
        if decoded := _from_base64(match[0]):
            yield match[0], decoded
    for match in patterns.HEX.finditer(text):
        if decoded := _from_hex(match[0]):
            yield match[0], decoded
    for match in patterns.PERCENT.finditer(text):
        decoded = urllib.parse.unquote(match[0], errors="replace")
        if patterns.OVERRIDE.search(decoded):  # commands in URLs are a scanner's noise, which no agent decodes
            yield match[0], decoded
    if not _orders(text):  # else it is in the open already
        yield text[:_QUOTE_LIMIT], codecs.encode(text, "rot13")


def _from_base64(blob: str) -> str:
    plain = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return ""
    return _readable(data)


def _from_hex(blob: str) -> str:
    if "\\u" in blob:
        return "".join(chr(int(code, 16)) for code in re.findall(r"\\u([0-9a-fA-F]{4})", blob))
    digits = re.sub(r"\\x|0x|[ :]", "", blob)
    return _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _readable(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if sum(char.isprintable() or char.isspace() for char in text) == len(text) else ""


def _shell(text: str) -> Screening | None:
    """An order to fetch and run something. What the writer ran, or what a log shows, is told and not ordered."""
    threat = Threat.REMOTE_CODE_EXECUTION
    for match in patterns.BLUNT.finditer(text):
        if not _is_told(text, match.start()) and not _is_reported(text, match.start()):
            return _held(threat, _around(text, match), "Asks the reader to run what opens or harms the machine.")
    for match in patterns.FETCH_AND_RUN.finditer(text):
        lead = text[max(0, match.start() - _LONGEST_LEAD) : match.start()].rpartition("\n\n")[2]
        order = patterns.RUN_IT.search(lead)
        if order is not None and not _is_told(text, match.start() - len(order[0])):
            return _held(threat, _around(text, match), "Asks the reader to fetch something and run it.")
    return None


def _exfiltration(text: str) -> Screening | None:
    reason = "Asks the reader to give away secrets or private data."
    for start, end in _giving_away(text):
        if not _is_told(text, start) and not _is_reported(text, start):
            return _held(Threat.SECRET_EXFILTRATION, text[start:end], reason)
    return None


def _giving_away(text: str) -> Iterator[tuple[int, int]]:
    """Where a secret is given away: a command, or a verb with a secret and a place to send it in its sentence."""
    yield from (match.span() for match in patterns.GIVEN_AWAY.finditer(text))
    if patterns.SECRET.search(text) is None:
        return
    for verb in patterns.GIVE.finditer(text):
        window = text[verb.end() : verb.end() + _LONGEST_GIFT].partition("\n")[0]
        secret = patterns.SECRET.search(window, 0, _LONGEST_LEAD)
        if secret is None or re.search(r"[.!?]\s", window[: secret.start()]):
            continue
        if away := patterns.AWAY.search(window, secret.end()):
            yield verb.start(), verb.end() + away.end()


def _override(text: str) -> Screening | None:
    reason = "Asks an agent to drop its instructions, or poses as its system."
    for match in patterns.OVERRIDE.finditer(text):
        if not _is_told(text, match.start()) and not _is_reported(text, match.start()):
            return _held(Threat.INSTRUCTION_OVERRIDE, match[0], reason)
    return None


def _orders(text: str) -> str:
    """The fragment that is an order of any kind, regardless of who tells it; empty if there is none."""
    for rule in (patterns.OVERRIDE, patterns.FETCH_AND_RUN, patterns.BLUNT):
        if match := rule.search(text):
            return match[0]
    start, end = next(_giving_away(text), (0, 0))
    return text[start:end]


def _is_told(text: str, start: int) -> bool:
    """Whether the words just before make it somebody's doing, not an order to the reader."""
    return patterns.TOLD.search(_sentence_before(text, start)) is not None


def _is_reported(text: str, start: int) -> bool:
    """Whether it is quoted, shown as code or a log, or spoken of as an attack."""
    before = _sentence_before(text, start)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    in_quotes = before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("`") % 2 == 1
    in_block = text.count("```", 0, start) % 2 == 1 or line.lstrip().startswith((">", "&gt;"))
    spoken_of = patterns.REPORTED.search(before) or patterns.LOGGED.search(line)
    return in_quotes or in_block or spoken_of is not None


def _sentence_before(text: str, start: int) -> str:
    before = text[max(0, start - _LONGEST_GIFT) : start]
    return re.split(r"(?<=[.!?])\s|\n\s*\n", before)[-1]


def _around(text: str, match: re.Match[str]) -> str:
    """The match with the rest of the line before it, so that people see the order."""
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 90)
    return text[start : match.end()]
