"""Normalise: say a signal once, and write what a person would search for who met the same problem elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from agents.errors import ModelRefused
from agents.exchange import About
from agents.ports import Model
from agents.prompts import quoted
from agents.wording import cut, words_of
from storage.judgments import Judgment, Stage, Summary
from storage.raw import Severity
from storage.records import Signal

TEXT_LIMIT = 12_000  # characters of a signal that the model reads
SHORT_LIMIT = 300  # characters of a title of our own making


class AboutNormalise(About):
    """The signal that is to be said once."""

    source: str
    severity: Severity
    received: str  # the day, so that dates in the text can be placed
    title: str
    text: str  # title and body, cut to TEXT_LIMIT

    def variables(self) -> Mapping[str, str]:
        """What prompts/normalise.md names."""
        return {
            "source": self.source,
            "severity": self.severity.value,
            "received": self.received,
            "text": quoted(self.text, f"signal {self.subject}"),
        }

    def fault(self, answer: Judgment) -> str:
        """A summary must say something, and a problem needs at least one query to be found again."""
        if not isinstance(answer, Summary):
            return ""
        if not answer.title.strip() or not answer.gist.strip():
            return "`title` and `gist` must not be empty."
        if answer.about_product and not any(query.strip() for query in answer.queries):
            return "`about_product` is true, so `queries` must hold at least one query."
        return ""


def normalise(signal: Signal, model: Model) -> Summary:
    """The signal said once. When the model refuses, the signal's own words stand in, so that nothing is lost."""
    about = AboutNormalise(
        subject=signal.external_id,
        signal_id=signal.id,
        report_id=signal.report_id,
        source=signal.source,
        severity=signal.severity,
        received=signal.received_at.date().isoformat(),
        title=signal.title,
        text=cut(words_of(signal), TEXT_LIMIT),
    )
    try:
        summary = model.judge(Stage.NORMALISE, about, Summary)
    except ModelRefused:
        return _in_its_own_words(about)
    return _in_its_own_words(about) if about.fault(summary) else summary


def _in_its_own_words(about: AboutNormalise) -> Summary:
    lines = [line.strip() for line in about.text.splitlines() if line.strip()]
    title = (about.title.strip() or next(iter(lines), "") or f"A signal from {about.source} without words")[
        :SHORT_LIMIT
    ]
    return Summary(about_product=True, title=title, gist=cut(about.text, 1000) or title, queries=(title,))
