"""What thinking needs from the world. Small protocols; the real ones are in agents/adapters and bot, fakes in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from agents.exchange import About, Draft, PullRequest, Ran, ToolDone, Touching, Turn, TurnRequest
from agents.rules import Person
from agents.terms import Repository
from storage.judgments import Judgment, Outcome, Stage

T = TypeVar("T")
J = TypeVar("J", bound=Judgment)


class Checkpoint(Protocol):
    """Does a piece of work once in the life of a job.

    The first time it calls `work` and keeps what it returned, as JSON of type `returns`; when the job is resumed after
    a crash, it gives the kept value back without calling `work`. Names are unique within a job, the same in every run.
    """

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        """Return what `work` returned, now or in an earlier life of the job."""
        ...


class Logbook(Protocol):
    """Where a run is written down while it goes on, and where it hears that nobody wants it any more."""

    @property
    def key(self) -> str:
        """The run's key; empty where it is not kept."""
        ...

    def why_stop(self) -> str:
        """Empty while the run is wanted, else the sentence that says who ended it. Read inside a turn's checkpoint."""
        ...

    def turned(self, turn: int, done: Sequence[ToolDone]) -> None:
        """Keep what the tools did in a turn, in place of what an earlier life of the same turn did."""
        ...

    def strand(self, name: str) -> Logbook:
        """The logbook of one strand of this run; nothing is written yet."""
        ...

    def took_up(self, cause: str) -> None:
        """Note that a strand begins to look into a possible cause."""
        ...

    def end(self, outcome: Outcome, sentence: str, seconds: float) -> None:
        """Note why it ended, and how long it worked."""
        ...


# ── the model ───────────────────────────────────────────────────────────────────────────────────────────────────


class Model(Protocol):
    """Something that answers. Raises ModelDown when trying again may help, ModelRefused when it will not."""

    @property
    def can_research(self) -> bool:
        """Whether `turn` works. False for the offline engine, which only judges."""
        ...

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """One structured answer to the stage's prompt, validated; faults are fed back to the model at most twice."""
        ...

    def turn(self, request: TurnRequest) -> Turn:
        """The next message of a conversation with tools."""
        ...


# ── the workspace ───────────────────────────────────────────────────────────────────────────────────────────────


class Workspace(Protocol):
    """A disposable checkout of one repository at one commit, with hands in a sandbox. Close it when done."""

    @property
    def base_sha(self) -> str:
        """The commit it was checked out at."""
        ...

    def run(self, command: Sequence[str], *, seconds: float = 120.0, most: int = 0) -> Ran:
        """Run a command in the checkout, in the sandbox. Never raises for the command's own failure.

        `most` is how many bytes of what it prints are kept, if not as many as of any command.
        """
        ...

    def read(self, path: str) -> str:
        """The text of a file. Raises FileNotFoundError, or ValueError for a path outside the checkout or a binary."""
        ...

    def write(self, path: str, text: str) -> None:
        """Create or replace a file in the checkout. Raises ValueError for a path outside it."""
        ...

    def patch(self, paths: Sequence[str] = ()) -> str:
        """`git diff --binary` of everything (or of `paths`) against the base commit, new files included."""
        ...

    def apply(self, patch: str) -> None:
        """Apply such a patch. Raises ValueError when it does not fit."""
        ...

    def close(self) -> None:
        """Remove the checkout."""
        ...


class Workspaces(Protocol):
    """Where workspaces come from."""

    def why_not(self, repository: Repository) -> str:
        """Empty when its code can be run safely on this machine, else the sentence that says why not and what to do."""
        ...

    def head(self, repository: Repository) -> str:
        """Fetch, and give the commit at the tip of the base branch. Raises CodeHostDown or CodeHostRejected."""
        ...

    def tagged(self, repository: Repository, name: str) -> str:
        """The commit of the tag of a release, with or without a v before it, as last fetched; empty without one."""
        ...

    def open(self, repository: Repository, sha: str, patch: str = "") -> Workspace:
        """A fresh checkout of `sha` with `patch` applied. Raises SandboxUnusable where nothing can be run safely."""
        ...

    def carried(self, repository: Repository, sha: str, patch: str) -> str:
        """The patch, made for an earlier commit, as one for `sha`; empty when it cannot be carried over.

        Where both changed the same lines it holds git's conflict markers.
        """
        ...


# ── the code host ───────────────────────────────────────────────────────────────────────────────────────────────


class CodeHost(Protocol):
    """Where code lives. Every `ensure_` looks before it acts. Raises CodeHostDown or CodeHostRejected."""

    def is_public(self, repository: Repository) -> bool:
        """Whether anybody at all may read it."""
        ...

    def has_page(self, url: str) -> bool:
        """Whether an address is one of its own pages."""
        ...

    def name_of(self, name: str) -> str:
        """What the repository is called today that has this name, or had it before it was renamed."""
        ...

    def ensure_branch(
        self, repository: Repository, *, branch: str, base_sha: str, patch: str, message: str, at: float
    ) -> str:
        """Push one commit (base + patch) as `branch` and return its sha.

        The commit's author and dates (`at`, a Unix time) are fixed, so the same call makes the same sha and a repeated
        push changes nothing. An older commit of ours on the branch is replaced.
        """
        ...

    def need_ours(self, repository: Repository, branch: str) -> None:
        """Raises CodeHostRejected when somebody else has pushed to the branch, which `ensure_branch` would refuse."""
        ...

    def ensure_pull_request(self, repository: Repository, draft: Draft) -> PullRequest:
        """The open draft pull request of that branch, made if there is none, its title and body brought up to date.

        A title or body that a person has changed meanwhile stays.
        """
        ...

    def is_pushed(self, repository: Repository, sha: str, patch: str, base_sha: str = "") -> bool:
        """Whether a commit that was pushed is just this patch on its parent, which is `base_sha` where that is given.

        False where nobody knows any more.
        """
        ...

    def ensure_comment(
        self, repository: Repository, number: int, key: str, text: str, answers: Sequence[str] = ()
    ) -> None:
        """Say something on the pull request, once for each key. `answers` names remarks that it answers."""
        ...

    def ensure_reply(self, repository: Repository, number: int, remark: str, text: str) -> bool:
        """Answer a remark beneath it, once; False where that cannot be: it is about no line, or is gone."""
        ...

    def pull_request(self, repository: Repository, number: int) -> PullRequest:
        """The pull request as it is now, with its checks, their failing logs, and remarks."""
        ...

    def ensure_ready(self, repository: Repository, number: int) -> None:
        """No longer a draft."""
        ...

    def ensure_reviewers(self, repository: Repository, number: int, logins: Sequence[str]) -> tuple[str, ...]:
        """Ask these people for review; returns those who now are asked. People who cannot be asked are left out."""
        ...

    def reverted(self, repository: Repository, number: int, merge_sha: str, since: float) -> str:
        """The commit of the base branch, since a Unix time, that undoes a merged pull request; else empty."""
        ...

    def touching(self, repository: Repository, paths: Sequence[str], *, merged: bool) -> tuple[Touching, ...]:
        """Open pull requests into the base branch that touch one of these files or folders, of very many the newest.

        With `merged`, after them those that did and were merged in the last 60 days.
        """
        ...


# ── telling ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Messenger(Protocol):
    """Makes people see what the store says."""

    def publish(self, report_id: int) -> None:
        """Have Slack show the report as it is now, soon. Cheap, safe to repeat, safe to lose (a sweep catches up)."""
        ...


class People(Protocol):
    """Who people are and what they see, for what is decided in their name while they do not act."""

    @property
    def home_team(self) -> str:
        """The workspace whose members may decide."""
        ...

    def person(self, user_id: str) -> Person:
        """Who it is now; whom the workspace does not know is a stranger. Raises SlackDown when it cannot be asked."""
        ...

    def is_in(self, user_id: str, channel: str) -> bool:
        """Whether they are in a channel; False where that cannot be seen. Raises SlackDown."""
        ...


class Nudge(Protocol):
    """Wakes the jobs early. Losing a nudge costs seconds, never work: the sweep finds every row that waits."""

    def signal(self, signal_id: int) -> None:
        """A signal awaits its digest."""
        ...

    def report(self, report_id: int) -> None:
        """A report may have machine work to do, or something new to show."""
        ...


class Vectoriser(Protocol):
    """Turns texts into vectors of unit length."""

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One float32 little-endian vector a text; all of the same length."""
        ...
