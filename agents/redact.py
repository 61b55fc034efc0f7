"""Takes secrets and personal data out of text before anything else sees it.

The same value has the same placeholder within one installation, so that a reader can still tell two people apart.
What only looks alike survives: stack frames, versions, UUIDs, commit hashes, times, Slack's own markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.exchange import PullRequest
from agents.names import rules_for
from agents.personal_data import EMAIL, PERSONAL
from agents.placeholders import Rule, replaced
from agents.secret_context import IN_ADDRESSES, IN_CODE, IN_TEXT
from agents.secret_formats import ISSUED
from storage.raw import RawSignal

_TITLE_LIMIT, _BODY_LIMIT, _URL_LIMIT, _AUTHOR_LIMIT = 500, 40_000, 2000, 200  # as in RawSignal
_TEXT: tuple[Rule, ...] = (*ISSUED, *IN_ADDRESSES, *IN_TEXT, *PERSONAL)
_SOURCE: tuple[Rule, ...] = (*ISSUED, *IN_ADDRESSES, *IN_CODE)
_ID: tuple[Rule, ...] = (*ISSUED, EMAIL)
_NAMED_MENTION = re.compile(r"<@([UWB][A-Z0-9]{2,20})\|[^<>\n]{0,200}>")


class Redactor:
    """Redacts with one key. Without the key nobody can check which value a placeholder stands for."""

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("a redactor needs a key; SIGNALBOX_KEY sets one, or it is made in SIGNALBOX_HOME")
        self._key = key

    def text(self, text: str, people: Sequence[str] = ()) -> str:
        """What people and tools write, without secrets and personal data. Doing it again changes nothing.

        `people` are names that the source marks as such; they go too.
        """
        if "<@" in text:
            text = _NAMED_MENTION.sub(r"<@\1>", text)
        return replaced(text, (*rules_for(people), *_TEXT) if people else _TEXT, self._key)

    def secrets_only(self, text: str) -> str:
        """A source file without secrets, with as many lines. Short literals stay: they are fixtures."""
        return replaced(text, _SOURCE, self._key, keep_lines=True)

    def pull_request(self, seen: PullRequest) -> PullRequest:
        """A pull request whose logs and remarks, written by others, hold nothing private."""
        checks = tuple(check.model_copy(update={"log": self.text(check.log)}) for check in seen.checks)
        remarks = tuple(remark.model_copy(update={"text": self.text(remark.text)}) for remark in seen.remarks)
        return seen.model_copy(update={"checks": checks, "remarks": remarks})

    def name(self, name: str) -> str:
        """What something is called at its source: without secrets and addresses, and otherwise as it is."""
        return replaced(_storable(name), _ID, self._key)

    def raw(self, raw: RawSignal) -> RawSignal:
        """A signal without secrets and personal data; what databases cannot hold (NUL) is taken out too."""
        people = raw.people
        return raw.model_copy(
            update={
                "external_id": self.name(raw.external_id),
                "occurrence": self.name(raw.occurrence),
                "title": self._clean(raw.title, people)[:_TITLE_LIMIT],
                "body": self._clean(raw.body, people)[:_BODY_LIMIT],
                "url": self._clean(raw.url)[:_URL_LIMIT],
                "author": self._clean(raw.author, people)[:_AUTHOR_LIMIT],
                "keys": tuple(self._clean(key) for key in raw.keys),
                "people": (),
            }
        )

    def _clean(self, text: str, people: Sequence[str] = ()) -> str:
        return self.text(_storable(text), people)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()
