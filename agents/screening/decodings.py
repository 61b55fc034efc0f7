"""What a text says once it is decoded: the encodings in which orders are passed by those who only look."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator

from agents.screening import attack_patterns as patterns

_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=])")
_BINARY = re.compile(r"(?<![01])(?:[01]{8}[ ,]?){6,}(?![01])")
_MORSE = re.compile(r"(?<![\w.-])(?:[.-]{1,5}(?: / | ?/ ?| )){12,}[.-]{1,5}(?![\w.-])")
_LEET = re.compile(r"\b(?:[1!]gn[0o]r[3e]|d[1!]sr[3e]g[4@a]rd|f[0o]rg[3e]t)\b[^\n]{0,120}", re.IGNORECASE)
_SPACED = re.compile(r"(?:(?<!\w)\w[ ._-]){5}(?:\w[ ._-]{1,3}){5,200}\w(?!\w)")
_HEX = re.compile(
    r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :]?){20,}(?!\w)|(?:\\x[0-9a-fA-F]{2}){12,}|(?:\\u[0-9a-fA-F]{4}){12,}"
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[A-Za-z0-9.,:;_/-]{0,20}){3,}")

_WHOLE = 300  # characters of the text that are quoted when all of it is encoded
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_TELLTALE = ("ignore", "disregard", "instructions", "previous", "password")
_ORDERING = (
    "ignore",
    "disregard",
    "forget",
    "previous",
    "prior",
    "above",
    "instructions",
    "rules",
    "all",
    "the",
    "your",
)
_TELLING = 2  # so many of them at one shift are no chance
_MORSE_LETTERS = {
    ".-": "a", "-...": "b", "-.-.": "c", "-..": "d", ".": "e", "..-.": "f", "--.": "g", "....": "h", "..": "i",
    ".---": "j", "-.-": "k", ".-..": "l", "--": "m", "-.": "n", "---": "o", ".--.": "p", "--.-": "q", ".-.": "r",
    "...": "s", "-": "t", "..-": "u", "...-": "v", ".--": "w", "-..-": "x", "-.--": "y", "--..": "z", "/": " ",
}  # fmt: skip
_LEET_LETTERS = str.maketrans("013457@$!", "oieastasi")
_LOOKALIKES = str.maketrans(
    "аеорсхуіѕјкмтвнАЕОРСХУІЅЈКМТВНοανικρτυΟΑΝΙΚΡΤΥ", "aeopcxyisjkmtbhAEOPCXYISJKMTBHoavikptuOANIKPTY"
)


def decodings(text: str) -> Iterator[tuple[str, str]]:
    """Each encoded fragment with what it says."""
    for match in _BASE64.finditer(text):
        if decoded := _from_base64(match[0]):
            yield match[0], decoded
    for match in _HEX.finditer(text):
        if decoded := _from_hex(match[0]):
            yield match[0], decoded
    for match in _BINARY.finditer(text):
        octets = re.findall("[01]{8}", match[0])
        yield match[0], _readable(bytes(int(octet, 2) for octet in octets))
    for match in _MORSE.finditer(text):
        yield match[0], "".join(_MORSE_LETTERS.get(letter, " ") for letter in match[0].replace("/", " / ").split())
    for match in _PERCENT.finditer(text):
        decoded = urllib.parse.unquote(match[0], errors="replace")
        if patterns.OVERRIDE.search(decoded):  # commands in URLs are a scanner's noise, which no agent decodes
            yield match[0], decoded


def disguises(text: str) -> Iterator[tuple[str, str]]:
    """The text without the disguise of its letters: shifted, lookalike, leet, one by one. Each with what to quote."""
    if shifted := _shifted(text):
        yield text[:_WHOLE], shifted
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    if plain != text:
        yield text[:_WHOLE], plain
    for match in _LEET.finditer(text):
        yield match[0], match[0].lower().translate(_LEET_LETTERS)
    for match in _SPACED.finditer(text):
        yield match[0], _parted(re.sub(r"[\W_]", "", match[0]).lower())


def _shifted(text: str) -> str:
    """The text with its alphabet turned back, if it seems to have been turned (rot13 and the like)."""
    lower = text.lower()
    for shift in range(1, 26):
        turned = str.maketrans(_ALPHABET, _ALPHABET[shift:] + _ALPHABET[:shift])
        if sum(word.translate(turned) in lower for word in _TELLTALE) >= _TELLING:
            back = str.maketrans(_ALPHABET[shift:] + _ALPHABET[:shift], _ALPHABET)
            return lower.translate(back)
    return ""


def _parted(letters: str) -> str:
    """Words without spaces, with spaces around those by which an order is known."""
    for word in _ORDERING:
        letters = letters.replace(word, f" {word} ")
    return " ".join(letters.split())


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
