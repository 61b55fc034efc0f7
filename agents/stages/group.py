"""Group: which report a signal belongs to. A shared exact key decides alone; else one judgment over the candidates."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from agents.errors import ModelRefused
from agents.exchange import About
from agents.ports import Model
from agents.prompts import quoted
from agents.wording import cut, words_of
from storage.judgments import Grouping, Judgment, Stage, Summary
from storage.records import Signal
from storage.searching.search import Candidate
from storage.status import CLOSED

WORDS_LIMIT = 1_500  # characters of the signal's own words that the model reads beside its summary
TITLES_SHOWN = 8  # signals of a candidate that are named
REASON_LIMIT = 300


class Unjudged(Grouping):
    """What is left where the model refused, or its answer could not be used: the signal stands on its own."""


class Choice(BaseModel):
    """A candidate as the judgment sees it, named by its subject."""

    model_config = ConfigDict(frozen=True)

    subject: str
    title: str
    gist: str
    status: str
    signal_titles: tuple[str, ...]
    similarity: float = 0.0
    likelihood: float = 0.0  # by words and labels, between 0 and 1; what judges without a model goes by it
    called: tuple[str, ...] = ()  # what the signal's own words call it, or a signal of it

    def shown(self) -> str:
        """The candidate in the prompt."""
        titles = self.signal_titles[-TITLES_SHOWN:]
        signals = "\n".join(f"- {' '.join(title.split())[:200]}" for title in titles)
        head = f"id: {self.subject}\nstatus: {self.status}\ntitle: {self.title}\n{self.gist}"
        label = f"a candidate, named by the signal as {', '.join(self.called)}" if self.called else "a candidate"
        return quoted(f"{head}\nsignals ({len(self.signal_titles)}):\n{signals}", label)


class AboutGroup(About):
    """A new signal and the candidates it may belong to."""

    source: str
    summary: Summary
    words: str
    choices: tuple[Choice, ...]

    def variables(self) -> Mapping[str, str]:
        """What prompts/group.md names."""
        signal = f"title: {self.summary.title}\n{self.summary.gist}\n\nin its own words:\n{self.words}"
        return {
            "source": self.source,
            "signal": quoted(signal, f"signal {self.subject}"),
            "candidates": "\n\n".join(choice.shown() for choice in self.choices),
        }

    def fault(self, answer: Judgment) -> str:
        """The answer must name candidates that were shown, and a title if it joins."""
        if not isinstance(answer, Grouping):
            return ""
        known = [choice.subject for choice in self.choices]
        strangers = [name for name in (*answer.ranking, answer.candidate) if name is not None and name not in known]
        if strangers:
            names = ", ".join(f"`{name}`" for name in known)
            return f"There is no candidate `{strangers[0]}`. Copy ids exactly; there are: {names}."
        if answer.candidate is not None and not answer.pull_request_title.strip():
            return (
                "`candidate` is set, so `pull_request_title` must be the title of the pull request that resolves both."
            )
        return ""


def group(summary: Summary, signal: Signal, candidates: tuple[Candidate, ...], model: Model) -> Grouping:
    """Choose a candidate, or none for a new report. A model that refuses leaves the signal on its own, and says so."""
    if not candidates:
        return Grouping(reason="Nothing like it has been reported.")
    if (twin := _by_key(candidates)) is not None:
        keys = ", ".join(dict.fromkeys(_plain(key) for key in twin.shared_keys))
        reason = f"It has this in common with {twin.subject}: {keys}"[:REASON_LIMIT]
        return Grouping(candidate=twin.subject, reason=reason, ranking=(twin.subject,))
    about = AboutGroup(
        subject=signal.external_id,
        signal_id=signal.id,
        source=signal.source,
        summary=summary,
        words=cut(words_of(signal), WORDS_LIMIT),
        choices=_choices(candidates),
    )
    try:
        answer = model.judge(Stage.GROUP, about, Grouping)
    except ModelRefused as refusal:
        return _alone(str(refusal))
    return _alone(fault) if (fault := about.fault(answer)) else answer


def decides_alone(candidates: tuple[Candidate, ...]) -> bool:
    """Whether nobody has to judge: nothing is like it, or an exact key says it."""
    return not candidates or _by_key(candidates) is not None


def _alone(why: str) -> Unjudged:
    return Unjudged(reason=f"It could not be compared with other reports: {why}"[:REASON_LIMIT])


def _by_key(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """The best candidate that shares an exact key; an open report goes before a closed one."""
    sharing = [candidate for candidate in candidates if candidate.shared_keys]
    return min(sharing, key=lambda candidate: candidate.status in CLOSED, default=None)


def _plain(key: str) -> str:
    """An exact key as people would name it."""
    kind, _, value = key.partition(":")
    return {"text": "exactly the same words", "url": value, "frame": f"the frame {value}"}.get(kind, key)


def _choices(candidates: tuple[Candidate, ...]) -> tuple[Choice, ...]:
    """The candidates by subject; of two with the same (a problem that came back) the first is shown."""
    by_subject: dict[str, Choice] = {}
    for candidate in candidates:
        by_subject.setdefault(
            candidate.subject,
            Choice(
                subject=candidate.subject,
                title=candidate.title,
                gist=candidate.gist,
                status=candidate.status.value,
                signal_titles=candidate.signal_titles,
                similarity=candidate.similarity,
                likelihood=candidate.likelihood,
                called=candidate.called,
            ),
        )
    return tuple(by_subject.values())
