"""Takes secrets and personal data out of text before anything else sees it.

The same value has the same placeholder within one installation, so that a reader can still tell two people apart.
What only looks alike survives: stack frames, versions, UUIDs, commit hashes, times, Slack's own markup.
"""

from __future__ import annotations

from agents.personal_data import PERSONAL
from agents.placeholders import Rule
from agents.secret_formats import IN_CODE, IN_TEXT, ISSUED
from storage.raw import RawSignal

_TITLE_LIMIT, _BODY_LIMIT, _URL_LIMIT, _AUTHOR_LIMIT = 500, 40_000, 2000, 200  # as in RawSignal


class Redactor:
    """Redacts with one key. Without the key nobody can check which value a placeholder stands for."""

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("a redactor needs a key; SIGNALBOX_KEY sets one, or it is made in SIGNALBOX_HOME")
        self._key = key

    def text(self, text: str) -> str:
        """What people and tools write, without secrets and personal data. Doing it again changes nothing."""
        return self._settled(text, (*ISSUED, *IN_TEXT, *PERSONAL))

    def secrets_only(self, text: str) -> str:
        """A source file without secrets. Short literals stay: they are fixtures, and the file must stay readable."""
        return self._settled(text, (*ISSUED, *IN_CODE))

    def raw(self, raw: RawSignal) -> RawSignal:
        """A signal without secrets and personal data; what databases cannot hold (NUL) is taken out too."""
        return raw.model_copy(
            update={
                "title": self._clean(raw.title)[:_TITLE_LIMIT],
                "body": self._clean(raw.body)[:_BODY_LIMIT],
                "url": self._clean(raw.url)[:_URL_LIMIT],
                "author": self._clean(raw.author)[:_AUTHOR_LIMIT],
                "keys": tuple(self._clean(key) for key in raw.keys),
            }
        )

    def _clean(self, text: str) -> str:
        storable = text.replace("\x00", "").encode(errors="replace").decode()
        return self.text(storable)

    def _settled(self, text: str, rules: tuple[Rule, ...]) -> str:
        """Apply all rules until nothing changes. It ends: every replacement leaves less that is not a placeholder."""
        while (redacted := self._once(text, rules)) != text:
            text = redacted
        return text

    def _once(self, text: str, rules: tuple[Rule, ...]) -> str:
        for rule in rules:
            text = rule.apply(text, self._key)
        return text
