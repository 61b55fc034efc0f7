"""Read: one call that says whether an agent may read an untrusted signal and, if so, what it says. Fails closed.

The rules have been asked before (`agents.stages.screen`). A signal that is blocked has no summary: whatever the model
made of it is thrown away here, before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from agents.errors import ModelRefused
from agents.ports import Model
from agents.prompts import quoted
from agents.summaries import AboutSummary, summary_fault
from agents.wording import everything_in
from storage.judgments import Judgment, Screening, Stage
from storage.readings import Reading
from storage.records import Signal

_SHORTEST_QUOTE = 8  # characters; anything shorter occurs by chance

log = structlog.get_logger()


class AboutRead(AboutSummary):
    """A signal of a source that nobody trusts, with everything that any later reader may see of it."""

    everything: str

    def variables(self) -> Mapping[str, str]:
        """What prompts/read.md names."""
        return {**super().variables(), "text": quoted(self.everything, f"signal {self.subject}")}

    def fault(self, answer: Judgment) -> str:
        """A block must quote a fragment that really occurs; what passes must be summarised."""
        if not isinstance(answer, Reading):
            return ""
        if answer.screening.threat is not None:
            return _quote_fault(answer.screening.quote, self.everything)
        if answer.summary is None:
            return "`threat` is null, so `summary` must not be null."
        return summary_fault(answer.summary)


def read(signal: Signal, model: Model, noted: tuple[str, ...] = ()) -> Reading:
    """Whether an agent may read the signal, and what it says.

    A model that will not answer, or blocks without being able to point at a fragment, holds the signal (`judged` is
    false): people see it in the quarantine and can restore it. Raises ModelDown: then the signal waits.
    """
    about = AboutRead.of(signal, noted, everything=everything_in(signal))
    try:
        answer = model.judge(Stage.READ, about, Reading)
    except ModelRefused as refusal:
        log.warning("a signal could not be judged", subject=about.subject, why=str(refusal))
        return _unjudged("The model would not judge it, or gave no valid answer, so it is held; the log says more.")
    if fault := about.fault(answer):
        log.warning("a signal could not be judged", subject=about.subject, why=fault)
        return _unjudged("The model gave no answer that can be used, so it is held; the log says more.")
    if answer.screening.threat is not None:
        return Reading(screening=answer.screening)
    return answer.model_copy(update={"screening": answer.screening.model_copy(update={"quote": ""})})


def _quote_fault(quote: str, text: str) -> str:
    quote, text = _plain(quote), _plain(text)
    if not quote:
        return "You set `threat`, so `quote` must be the offending fragment, copied from the evidence."
    if len(quote) < min(_SHORTEST_QUOTE, len(text)):
        return f"`quote` is too short to point at anything; copy at least {_SHORTEST_QUOTE} characters."
    if quote not in text:
        return "`quote` does not occur in the evidence. Copy the fragment character for character, or let it pass."
    return ""


def _unjudged(reason: str) -> Reading:
    return Reading(screening=Screening(judged=False, reason=reason))


def _plain(text: str) -> str:
    return " ".join(text.split())
