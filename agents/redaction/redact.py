"""Takes secrets and personal data out of text before anything else sees it.

The same value has the same placeholder within one installation, so that a reader can still tell two people apart.
What only looks alike survives: stack frames, versions, UUIDs, commit hashes, times, Slack's own markup.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from agents.exchange import PullRequest
from agents.redaction.names import rules_for
from agents.redaction.personal_data import EMAIL, PERSONAL
from agents.redaction.placeholders import Rule, cut_after, replaced
from agents.redaction.secret_addresses import IN_ADDRESSES
from agents.redaction.secret_context import IN_CODE, IN_TEXT
from agents.redaction.secret_formats import ISSUED
from storage.raw import (
    AUTHOR_LIMIT,
    BODY_LIMIT,
    KEY_LIMIT,
    LABEL_LIMIT,
    MOST_LABELS,
    NAME_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    RawSignal,
)

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
        remarks = tuple(
            remark.model_copy(update={"text": self.text(remark.text), "answer": self.text(remark.answer)})
            for remark in seen.remarks
        )
        return seen.model_copy(update={"checks": checks, "remarks": remarks})

    def name(self, name: str) -> str:
        """What something is called at its source: without secrets and addresses, and otherwise as it is.

        Placeholders may make it longer than there is room for; then its end gives way to what tells it from others.
        """
        known = replaced(_storable(name), _ID, self._key)
        if len(known) <= NAME_LIMIT:
            return known
        mark = hashlib.sha256(known.encode()).hexdigest()[:12]
        return f"{cut_after(known, NAME_LIMIT - len(mark) - 1)}~{mark}"

    def raw(self, raw: RawSignal) -> RawSignal:
        """A signal without secrets and personal data, cut to size after that; what databases cannot hold is out too."""
        people = raw.people
        return raw.model_copy(
            update={
                "external_id": self.name(raw.external_id),
                "occurrence": self.name(raw.occurrence),
                "title": cut_after(self._clean(raw.title, people), TITLE_LIMIT),
                "body": self._body(raw),
                "url": cut_after(self._clean(raw.url), URL_LIMIT),
                "author": cut_after(self._clean(raw.author, people), AUTHOR_LIMIT),
                "keys": tuple(cut_after(self._clean(key), KEY_LIMIT) for key in raw.keys),
                "labels": self._labels(raw),
                "people": (),
                "parts": (),
            }
        )

    def _labels(self, raw: RawSignal) -> tuple[str, ...]:
        """Each once, in small letters."""
        named = (
            cut_after(self._clean(label, raw.people), LABEL_LIMIT).strip().lower()
            for label in raw.labels[: MOST_LABELS * 5]
        )
        return tuple(sorted({label for label in named if label})[:MOST_LABELS])

    def _body(self, raw: RawSignal) -> str:
        """Each part has its own room; together they are redacted again, for what only the whole shows."""
        if not raw.parts:
            return cut_after(self._clean(raw.body, raw.people), BODY_LIMIT)
        at, pieces = 0, []
        for part in raw.parts:
            pieces.append(cut_after(self._clean(raw.body[at : at + part.length], raw.people), part.most))
            at += part.length
        return cut_after(self.text("".join(pieces), raw.people), BODY_LIMIT)

    def _clean(self, text: str, people: Sequence[str] = ()) -> str:
        return self.text(_storable(text), people)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()
