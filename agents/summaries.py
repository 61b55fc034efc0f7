"""What the stages that say a signal once have in common: the signal as they see it, and what makes a summary usable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from agents.exchange import About
from agents.noted import noted_text
from agents.prompts import quoted
from agents.wording import cut, words_of
from storage.judgments import Judgment, Summary
from storage.raw import Severity
from storage.records import Signal

TEXT_LIMIT = 12_000  # characters of a signal that are read to summarise it
SHORT_LIMIT = 300  # characters of a title of our own making


class AboutSummary(About):
    """A signal that is to be said once."""

    source: str
    severity: Severity
    received: str  # the day, so that dates in the text can be placed
    title: str
    text: str  # title and body, cut to TEXT_LIMIT
    noted: tuple[str, ...] = ()  # in the policy, of where it came from

    @classmethod
    def of(cls, signal: Signal, noted: tuple[str, ...] = (), **more: str) -> Self:
        """About this signal; `more` are the fields that a subclass adds."""
        return cls(
            subject=signal.external_id,
            signal_id=signal.id,
            report_id=signal.report_id,
            source=signal.source,
            severity=signal.severity,
            received=signal.received_at.date().isoformat(),
            title=signal.title,
            text=cut(words_of(signal), TEXT_LIMIT),
            noted=noted,
            **more,
        )

    def variables(self) -> Mapping[str, str]:
        """What the prompt names."""
        return {
            "source": self.source,
            "severity": self.severity.value,
            "received": self.received,
            "text": quoted(self.text, f"signal {self.subject}"),
            "noted": noted_text(self.noted),
        }

    def fault(self, answer: Judgment) -> str:
        """A summary must say something, and a problem needs at least one query to be found again."""
        return summary_fault(answer) if isinstance(answer, Summary) else ""


def summary_fault(summary: Summary) -> str:
    """Empty when the summary can be used, else the sentence that is fed back to the model."""
    if not summary.title.strip() or not summary.gist.strip():
        return "`title` and `gist` must not be empty."
    if summary.about_product and not any(query.strip() for query in summary.queries):
        return "`about_product` is true, so `queries` must hold at least one query."
    return ""


def in_its_own_words(about: AboutSummary) -> Summary:
    """A summary that needs no model, so that no signal is lost for want of one."""
    lines = [line.strip() for line in about.text.splitlines() if line.strip()]
    title = (about.title.strip() or next(iter(lines), "") or f"A signal from {about.source} without words")[
        :SHORT_LIMIT
    ]
    return Summary(about_product=True, title=title, gist=cut(about.text, 1000) or title, queries=(title,))
