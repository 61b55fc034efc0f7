"""Review: is a proven fix what people approved, and right? One judgment, by a model that did not write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents import case_text, remarks_text
from agents.errors import ModelRefused
from agents.exchange import About
from agents.patches.patch import read_patch
from agents.ports import Model
from agents.prompts import quoted
from agents.proof.proven import ProvenFix
from agents.wording import cut
from storage.judgments import Judgment, Stage
from storage.reviews import NOT_REVIEWED, Review

_PATCH, _LOG, _END = 60_000, 3_000, 500  # characters that are shown
_REASON = 300


class AboutReview(About):
    """One such fix. The reviewer sees nothing of how it was written."""

    fix: ProvenFix

    def variables(self) -> Mapping[str, str]:
        """What prompts/review.md names."""
        case, fix = self.fix.case, self.fix
        said, asked = fix.submission, remarks_text.thread_lines(case.instructions)
        answers = remarks_text.answer_lines(case.instructions, said.replies)
        return {
            "title": quoted(case.title, "title of the report"),
            "gist": case_text.gist_text(case.gist),
            "signals": case_text.signals_text(case.signals),
            "plan": quoted(case_text.plan_text(case.plan), "plan that people approved"),
            "guidance": case_text.guidance_text(case.guidance, case.noted),
            "asked": asked or "Nothing.",
            "research": case_text.quoted_research(case.research),
            "change": quoted(cut(fix.patch, _PATCH), "the change"),
            "files": quoted(fix.around.files or "They cannot be shown.", "the changed files"),
            "uses": quoted(fix.around.uses or "Nowhere that was found.", "lines of other files"),
            "said": quoted(f"{said.title}\n\n{said.summary}", "what its author says of it"),
            "answers": quoted(answers, "what its author answers") if answers else "Nothing.",
            "before": quoted(cut(fix.proof.before_log, _LOG), "the new tests without the change"),
            "after": quoted(f"{fix.proof.after_log[-_END:]}\n\n{fix.proof.suite_log[-_END:]}", "the tests with it"),
        }

    def fault(self, answer: Judgment) -> str:
        """An objection must be about the change, and quote what is there."""
        if not isinstance(answer, Review):
            return ""
        files = {path for change in read_patch(self.fix.patch) for path in change.paths}
        known, lines = files | set(self.fix.case.plan.files), " ".join(_bare(self.fix.patch))
        for each in answer.objections:
            if each.where not in known:
                return f"{each.where} is neither changed nor planned; name one of: {', '.join(sorted(known))}."
            if " ".join(each.quote.split()) not in lines:
                return f"The change has no line “{each.quote}”; copy one exactly, without its + or -."
        return ""


def reviewer(model: Model, run: str) -> Callable[[ProvenFix, int], Review]:
    """What reviews for one run of a fix."""
    return lambda fix, number: review(fix, model, run=run, number=number)


def review(fix: ProvenFix, model: Model, *, run: str = "", number: int = 1) -> Review:
    """What is held against the change. `number` tells the reviews of one round from each other.

    When no valid answer can be had nothing is held against it, and the review says so: people review it in any case.
    Raises ModelDown when trying again later may help.
    """
    subject = fix.case.about if number == 1 else f"{fix.case.about}/{number}"
    about = AboutReview(subject=subject, report_id=fix.case.report_id, run=run, fix=fix)
    try:
        answer = model.judge(Stage.REVIEW, about, Review)
    except ModelRefused as refusal:
        return _none(str(refusal))
    return _none(fault) if (fault := about.fault(answer)) else answer


def _none(why: str) -> Review:
    return Review(reason=f"{NOT_REVIEWED}: {why}"[:_REASON])


def _bare(patch: str) -> list[str]:
    """The words of a patch's lines, without their signs."""
    return [word for line in patch.splitlines() for word in line[1:].split()]
