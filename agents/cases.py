"""What the research and fix agents are given: everything they may know, frozen, with nothing left to look up."""

from __future__ import annotations

import datetime as dt
import re

from pydantic import BaseModel, ConfigDict, Field

from agents.checkout.conventions import Conventions
from agents.exchange import Remark
from agents.terms import Repository
from storage.judgments import Plan, Proof, Research
from storage.raw import Severity
from storage.submissions import FixSubmission


class SeenSignal(BaseModel):
    """A signal as agents see it: redacted, screened, data."""

    model_config = ConfigDict(frozen=True)

    external_id: str
    source: str
    title: str = ""
    body: str = ""
    url: str = ""
    severity: Severity = Severity.WARNING
    reach: int = 1
    happened_at: dt.datetime

    @property
    def full(self) -> str:
        """Everything it says, and around when, how bad and to how many."""
        head = f"{self.title}\n{self.happened_at:%Y-%m-%d %H:%M} UTC, {self.severity}, met by {self.reach}"
        return "\n".join(part for part in (head, self.url, "", self.body) if part or part == "").strip()


class Guidance(BaseModel):
    """Words of somebody who may decide, about this report."""

    model_config = ConfigDict(frozen=True)

    words: str
    who: str


class SimilarReport(BaseModel):
    """An earlier report that looks alike, and what became of it."""

    model_config = ConfigDict(frozen=True)

    ref: str
    title: str
    headline: str = ""  # its cause in one line
    outcome: str = ""  # resolved, dismissed because …, its pull request is open
    url: str = ""  # of its pull request
    merged_by: str = ""  # the code host's login of who merged that


class _Case(BaseModel):
    """What both kinds of case hold. `subject` is the external id of the report's first signal."""

    model_config = ConfigDict(frozen=True)

    subject: str
    report_id: int
    title: str
    gist: str
    signals: tuple[SeenSignal, ...] = Field(min_length=1)
    guidance: tuple[Guidance, ...] = ()
    noted: tuple[str, ...] = ()  # in the policy, of where its signals came from and of the repository
    repository: Repository
    base_sha: str
    release: str = ""  # the release that is checked out because the signals name it; empty: the base branch's tip
    tip_sha: str = ""  # of the base branch, where a release is checked out


class ResearchCase(_Case):
    """A report to be researched. The earlier plan and research are there when this is a revision."""

    pass_number: int = Field(default=1, ge=1)
    gathered: int = 0  # signals of the report, those that nobody may read among them
    earlier_plan: Plan | None = None
    earlier_research: Research | None = None
    history: tuple[str, ...] = ()  # of fixes that were merged and did not hold
    similar: tuple[SimilarReport, ...] = ()

    @property
    def about(self) -> str:
        """The subject that tells this pass from the others."""
        return numbered(self.subject, self.pass_number)


class Linked(BaseModel):
    """An issue that people linked with the report."""

    model_config = ConfigDict(frozen=True)

    identifier: str  # such as acme/shop#12 or SHOP-12
    url: str


class Exchange(BaseModel):
    """What was asked about a report before, and answered."""

    model_config = ConfigDict(frozen=True)

    question: str
    answer: str


class InquiryCase(ResearchCase):
    """What somebody asks about a report. `record` is what was done about it so far, line by line."""

    question: str = Field(min_length=1)
    asked_by: str = ""  # their id in Slack
    asked_at: dt.datetime | None = None
    number: int = Field(default=1, ge=1)  # of the questions about the report
    record: str
    change: str = ""  # the patch of its fix so far
    pushed: bool = False  # that it stands in the pull request
    asked_before: tuple[Exchange, ...] = ()

    @property
    def about(self) -> str:
        """The subject that tells this question from the others."""
        return f"{self.subject}@{self.number}"


class FixCase(_Case):
    """A plan that somebody approved, to be carried out. There is no fix without one.

    From round 2 on `patch` is what was pushed, carried over to `base_sha`, and `red_log`, `instructions` (remarks of
    people who may write to the repository) and `remarks` (of anybody else: data) say what came of it.
    """

    plan: Plan
    approved_by: str = Field(min_length=1)
    ahead: bool = False  # nobody has read the plan: a standing approval allowed it
    research: Research
    round_number: int = Field(default=1, ge=1)
    patch: str = ""
    handed_in: FixSubmission | None = None  # with that
    ended_before: str = ""  # why the try before this one came to nothing, in a sentence
    left_behind: str = ""  # what was pushed, when it could not be carried over to where the base branch is now
    red_log: str = ""
    instructions: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    standing: Proof | None = None  # of `patch`, if the pull request shows just that and need not be pushed anew
    only_words: bool = False  # of people, are what came up: no check failed, and nothing conflicts
    discreet: bool = False  # the repository has readers who may not see the report
    pages: tuple[str, ...] = ()  # addresses of the signals that are the code host's own: anybody may give any
    also_named: tuple[str, ...] = ()  # other names of the repository, in small letters: it was renamed
    linked: tuple[Linked, ...] = ()  # issues that people say are about the same
    permitted: tuple[str, ...] = ()  # words of the report that people let those readers see
    unproven: bool = False  # what was handed in, and is in `patch`, was kept back and never pushed
    objections: tuple[str, ...] = ()  # of the reviewer to that change: then it is not to be pushed as it was
    guided_since: bool = False  # people said something that the last try did not begin with
    conventions: Conventions = Conventions()
    thread: str = ""  # the address of the report's thread, for readers who may see it

    @property
    def about(self) -> str:
        """The subject that tells this round from the others."""
        return numbered(self.subject, self.round_number)

    @property
    def may_go_again(self) -> bool:
        """Whether what was pushed may be pushed once more as it is, if nothing but its checks is to be done again."""
        kept = self.handed_in is not None and bool(self.patch) and not self.unproven
        return kept and not self.objections and not self.guided_since

    def stands(self, submission: FixSubmission, patch: str) -> bool:
        """Whether this is what the pull request shows already, to be proven by the same tests."""
        kept = self.handed_in
        same = kept is not None and all(getattr(kept, name) == getattr(submission, name) for name in _TESTED_BY)
        return self.standing is not None and same and patch == self.patch

    def says(self, submission: FixSubmission) -> bool:
        """Whether the pull request says just this of its change already: other words are reviewed first."""
        kept = self.handed_in
        return kept is not None and all(getattr(kept, name) == getattr(submission, name) for name in _SAID_OF_IT)

    def is_answered_only(self, submission: FixSubmission, patch: str) -> bool:
        """Whether nothing is to be pushed: people only asked, and an answer is all that comes of it."""
        return self.only_words and self.stands(submission, patch)

    @property
    def issues(self) -> tuple[int, ...]:
        """The numbers of the repository's own issues among the signals, and among what people linked.

        They have the readers that it has.
        """
        own = [*map(self.issue_of, self.signals), *(self._number(one.identifier, one.url) for one in self.linked)]
        return tuple(dict.fromkeys(number for number in own if number))

    @property
    def linked_elsewhere(self) -> tuple[Linked, ...]:
        """The other issues that people linked."""
        return tuple(one for one in self.linked if not self._number(one.identifier, one.url))

    @property
    def unshared(self) -> tuple[SeenSignal, ...]:
        """The signals that not all readers of the repository may see, where not all may see the report."""
        return tuple(one for one in self.signals if not self.issue_of(one))

    def issue_of(self, signal: SeenSignal) -> int:
        """The number of the repository's own issue that a signal is, else 0. A webhook may call itself anything."""
        return self._number(signal.external_id, signal.url) if signal.url in self.pages else 0

    def _number(self, name: str, url: str) -> int:
        names = "|".join(re.escape(each) for each in (self.repository.name, *self.also_named))
        found = re.fullmatch(rf"(?:{names})#(\d+)", name, re.IGNORECASE)
        page = re.search(rf"/(?:{names})/issues/(\d+)/?$", url, re.IGNORECASE)
        return int(found[1]) if found and page and found[1] == page[1] else 0


_TESTED_BY = ("test_files", "test_ids", "expected_failure")
_SAID_OF_IT = ("title", "summary", "risk", "undo", "sections")


def of_strand(subject: str, name: str) -> str:
    """The subject of a strand of a run, such as `id~1.2`: recorded replies of the run itself are not taken for its."""
    return f"{subject}~{name}"


def numbered(subject: str, number: int) -> str:
    """The subject of the first go is the signal's id alone, of the second `id#2`, and so on."""
    return subject if number == 1 else f"{subject}#{number}"
