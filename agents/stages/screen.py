"""Screen: may an agent read this signal? Rules first, then a model that must point at what it blocks. Fails closed."""

from __future__ import annotations

from collections.abc import Mapping

from agents.attacks import find_attack
from agents.errors import ModelRefused
from agents.exchange import About
from agents.ports import Model
from agents.prompts import quoted
from agents.wording import words_of
from storage.judgments import Judgment, Screening, Stage
from storage.records import Signal

_SHORTEST_QUOTE = 8  # characters; anything shorter occurs by chance


class AboutScreen(About):
    """The whole text of a signal, as it will be read later."""

    source: str
    received: str  # the day, so that later dates in the text do not look invented
    text: str

    def variables(self) -> Mapping[str, str]:
        """What prompts/screen.md names."""
        return {
            "source": self.source,
            "received": self.received,
            "text": quoted(self.text, f"signal {self.subject}"),
        }

    def fault(self, answer: Judgment) -> str:
        """A block must quote a fragment that really occurs."""
        if not isinstance(answer, Screening) or answer.threat is None:
            return ""
        quote, text = _plain(answer.quote), _plain(self.text)
        if not quote:
            return "You set `threat`, so `quote` must be the offending fragment, copied from the evidence."
        if len(quote) < min(_SHORTEST_QUOTE, len(text)):
            return f"`quote` is too short to point at anything; copy at least {_SHORTEST_QUOTE} characters."
        if quote not in text:
            return "`quote` does not occur in the evidence. Copy the fragment character for character, or let it pass."
        return ""


def screen(signal: Signal, model: Model, *, trusted: bool) -> Screening:
    """Whether an agent may read the signal. Trusted sources skip the model, never the rules.

    A model that will not answer, or blocks without being able to point at a fragment, holds the signal (`judged` is
    false): people see it in the quarantine and can restore it.
    """
    text = _everything(signal)
    if (found := find_attack(text)) is not None:
        return found
    if trusted:
        return Screening(reason="The policy trusts this source, and no rule found an attack.")
    about = AboutScreen(
        subject=signal.external_id,
        signal_id=signal.id,
        report_id=signal.report_id,
        source=signal.source,
        received=signal.received_at.date().isoformat(),
        text=text,
    )
    try:
        answer = model.judge(Stage.SCREEN, about, Screening)
    except ModelRefused as refusal:
        return _unjudged(f"It could not be screened, so it is held: {refusal}")
    if fault := about.fault(answer):
        return _unjudged(f"The model would hold it but could not point at a fragment: {fault}")
    return answer if answer.threat is not None else answer.model_copy(update={"quote": ""})


def _unjudged(reason: str) -> Screening:
    return Screening(judged=False, reason=reason[:300])


def _everything(signal: Signal) -> str:
    """All foreign text that some later reader may see, not only title and body."""
    about = "\n".join(part for part in (f"from: {signal.author}" if signal.author else "", words_of(signal)) if part)
    return f"{about}\n{signal.url}".strip()


def _plain(text: str) -> str:
    return " ".join(text.split())
