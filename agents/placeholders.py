"""What stands in the place of something private: `<email:k3f9qa>`, the same for the same value in one installation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was taken out."""

    SECRET = "secret"  # noqa: S105 the name of a kind
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    SSN = "ssn"
    IP = "ip"


PLACEHOLDER = re.compile(rf"(<(?:{'|'.join(Kind)}):[a-z2-7]{{6}}>)")
"""Our own output; as a group, so that `split` keeps it."""

_PUNCTUATION = re.compile(r"[^0-9a-z]", re.IGNORECASE)


def placeholder(kind: Kind, value: str, key: bytes) -> str:
    """The placeholder of a value. Without the key it cannot be told which value it stands for."""
    same = value.lower() if kind is Kind.EMAIL else value
    if kind in (Kind.PHONE, Kind.CARD, Kind.IBAN):
        same = _PUNCTUATION.sub("", value)
    digest = hmac.digest(key, f"{kind.value}:{same}".encode(errors="surrogatepass"), hashlib.sha256)
    return f"<{kind.value}:{base64.b32encode(digest)[:6].decode().lower()}>"


def _always(_: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """Something private by its looks. What the group `value` holds is replaced, or all of the match without one."""

    kind: Kind
    pattern: re.Pattern[str]
    is_one: Callable[[re.Match[str]], bool] = _always

    def apply(self, text: str, key: bytes) -> str:
        """The text with every match replaced; placeholders in it are left alone."""
        parts = PLACEHOLDER.split(text)
        parts[::2] = [self.pattern.sub(lambda match: self._replaced(match, key), part) for part in parts[::2]]
        return "".join(parts)

    def _replaced(self, match: re.Match[str], key: bytes) -> str:
        if not self.is_one(match):
            return match[0]
        if "value" not in self.pattern.groupindex:
            return placeholder(self.kind, match[0], key)
        start, end = match.start("value") - match.start(), match.end("value") - match.start()
        whole = match[0]
        if "markup" in self.pattern.groupindex and match["markup"]:
            return placeholder(self.kind, match["value"], key)
        return whole[:start] + placeholder(self.kind, match["value"], key) + whole[end:]
