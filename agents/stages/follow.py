"""Follow: what the pull request's present state means for its report. Pure."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from agents.exchange import PullRequest, PullRequestState, Remark
from agents.outages import SECTION, is_outage
from agents.phrases import phrase_of
from agents.terms import Policy
from storage.judgments import Outcome
from storage.records import CheckState, Fix, Report
from storage.status import Status

LOG_LIMIT = 20_000
_MOST_NAMES = 8  # of checks in a sentence
_COMMANDS = re.compile(  # to bots that most repositories know; any other word after a stroke may be meant for us
    r"(?:\s*(?:/(?:retest|test|rerun|recheck|run|ci|azp|gcbrun|ok-to-test|lgtm|approve|hold|unhold|assign|unassign|cc|uncc"
    r"|label|remove-label|kind|area|priority|milestone|merge|rebase|backport|cherry-?pick|bench|benchmark|deploy|preview"
    r"|gemini|review)\b(?: \S+){0,3}|recheck|bors \S+)[ \t\r]*(?:\n|\Z))+",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"(?:^|[-_])(?:bot|ci|robot|automation)(?:$|[-_])|bot$", re.IGNORECASE)
_LATE = 300.0  # seconds after which a required check that was not reported is waited for by people alone
_REOPENED = 120.0  # seconds in which people begin anew what they closed or cancelled, so that checks are run once more
_IGNORE = "; a check that says nothing of a change goes into `ignored_checks` of the policy"
_DOWN = "; by the log for want of the network or of a machine"
_AGAIN = f"{_DOWN}, so the same change is pushed again to be checked anew"
_NOT_THAT = "; if it is the change after all, say so here and press Retry"
_OUTAGE = 1200.0  # seconds that an outage is given to pass, where the first try right away did not help
_SETTLED = 120.0  # seconds after which what is read is not older than our push


FOREIGN = "I mend nothing of it"


class NewsKind(StrEnum):
    """What happened to a pull request."""

    NOTHING = "nothing"
    MERGED = "merged"
    CLOSED = "closed"
    GREEN = "green"
    MEND = "mend"  # red checks, remarks or a conflict: back to the agent
    NO_CHECKS = "no_checks"
    OUT_OF_ROUNDS = "out_of_rounds"
    NO_PROGRESS = "no_progress"


class News(BaseModel):
    """What happened, in a sentence, with what the agent needs to mend it."""

    model_config = ConfigDict(frozen=True)

    kind: NewsKind
    because: str = ""
    red_log: str = ""
    heard: tuple[str, ...] = ()
    who: str = "world"


def follow(fix: Fix, seen: PullRequest, report: Report, policy: Policy, at: dt.datetime) -> News:
    """Read the pull request as it is now. Checks count only for the commit that we pushed last."""
    if seen.state is PullRequestState.MERGED:
        because = f"merged by {seen.merged_by or 'somebody'}{_elsewhere(fix, seen, policy)}"
        return News(kind=NewsKind.MERGED, who=seen.merged_by or "world", because=because)
    if seen.state is PullRequestState.CLOSED:
        if seen.closed_at is not None and (at - seen.closed_at).total_seconds() < _REOPENED:
            return News(kind=NewsKind.NOTHING)
        return News(kind=NewsKind.CLOSED, because="the pull request was closed without merging")
    if fix.by_hand:  # what a person mends themself is theirs to mend
        return News(kind=NewsKind.NOTHING)
    look = _while_stuck if report.status is Status.STUCK else _while_open
    return look(fix, seen, report, policy, at)


def _elsewhere(fix: Fix, seen: PullRequest, policy: Policy) -> str:
    """That somebody had it merged into another branch than ours, from which it has yet to come."""
    repository = policy.repository(fix.repository)
    if repository is None or seen.base in {"", repository.base_branch}:
        return ""
    return f" into {seen.base}, not into {repository.base_branch}"


def _while_stuck(fix: Fix, seen: PullRequest, report: Report, policy: Policy, at: dt.datetime) -> News:
    """Whether what was in its way is gone: the checks ended after all, or people mended what we could not."""
    waits_for_green = report.stuck_because in {Outcome.NO_CHECKS, Outcome.OUT_OF_ROUNDS}
    is_green = seen.verdict is CheckState.GREEN and is_current(fix, seen, at)
    if not (waits_for_green and is_green) or _trouble(fix, seen) is not None:
        return News(kind=NewsKind.NOTHING)
    return _all_green(seen, policy.waits.checks, at - report.since)


def _while_open(fix: Fix, seen: PullRequest, report: Report, policy: Policy, at: dt.datetime) -> News:
    current = is_current(fix, seen, at)
    verdict = seen.verdict if current else CheckState.PENDING
    trouble = _both(_trouble(fix, seen), _red(seen) if verdict is CheckState.RED else None)
    if trouble is not None and _is_too_soon(fix, trouble, policy, at):
        return News(kind=NewsKind.NOTHING)
    if trouble is not None:
        return _mend(fix, trouble, policy)
    if report.status is not Status.AWAITING_CHECKS:
        return News(kind=NewsKind.NOTHING)
    repository = policy.repository(fix.repository)
    if verdict is CheckState.NONE and repository is not None and not repository.checks:
        return News(kind=NewsKind.GREEN, because="no checks are waited for, as the policy says")
    if current and (by_hand := _cancelled(seen, report, at)):
        return News(kind=NewsKind.NO_CHECKS, because=by_hand)
    return _checks(seen, verdict, policy.waits.checks, at - report.since)


def _is_too_soon(fix: Fix, trouble: News, policy: Policy, at: dt.datetime) -> bool:
    """Whether an outage that outlasted a push of ours is to be given time before the next one. Retry waits for none."""
    is_first, is_last = fix.rounds <= max(1, fix.granted), fix.rounds >= _allowed(fix, policy)
    waited = (at - (fix.pushed_at or at)).total_seconds()
    return not is_first and not is_last and is_outage(trouble.red_log) and waited < _OUTAGE


def _both(asked: News | None, red: News | None) -> News | None:
    """What people say, and what the checks say at the same time: one round is for both. No round mends an outage."""
    if asked is None or red is None or not asked.heard or is_outage(red.red_log):
        return asked or red
    return red.model_copy(update={"because": f"{asked.because}; {red.because}", "heard": asked.heard})


def is_current(fix: Fix, seen: PullRequest, at: dt.datetime) -> bool:
    """Whether the checks are those of the newest commit: ours, or one that a person has put on top, not one before it.

    What is read right after a push may still be the state before it.
    """
    return seen.head_sha == fix.head_sha or (at - (fix.pushed_at or at)).total_seconds() > _SETTLED


def _checks(seen: PullRequest, verdict: CheckState, patience: float, waited: dt.timedelta) -> News:
    """What the checks say. They were waited for since the push, or since a person had us wait once more."""
    if verdict is CheckState.GREEN:
        return _all_green(seen, patience, waited)
    if waited.total_seconds() <= patience:
        return News(kind=NewsKind.NOTHING)
    what = "no check was reported" if verdict is CheckState.NONE else "the checks did not finish"
    within = f"{what} within {patience / 60:.0f} minutes"
    if verdict is CheckState.NONE:
        within += "; where there are none for drafts, set `checks = false` in the policy"
    elif open_ones := _names(seen, CheckState.PENDING):
        within += f", not done: {open_ones}"  # it may wait for a person: a signature, an approval to run
        within += _IGNORE
    return News(kind=NewsKind.NO_CHECKS, because=within)


def _cancelled(seen: PullRequest, report: Report, at: dt.datetime) -> str:
    """What people cancelled, where no other check is under way and nobody has begun it anew; empty where they did not.

    They may not want it: pushing the same change again would run it against their will.
    """
    open_ones = [check for check in seen.checks if check.state is CheckState.PENDING]
    lately = at - dt.timedelta(seconds=_REOPENED)
    ended = [max(one.ended_at or report.since, report.since) for one in open_ones if one.cancelled_by]
    if not ended or len(ended) < len(open_ones) or max(ended) > lately:
        return ""
    by = ", ".join(dict.fromkeys(one.cancelled_by for one in open_ones))
    return (
        f"{by} cancelled {_names(seen, CheckState.PENDING)}, so I push nothing and wait: run it again on the code host,"
        " and I go on once it is green"
    )


def _all_green(seen: PullRequest, patience: float, waited: dt.timedelta) -> News:
    """A required check that nobody has reported may begin late, or not before the pull request is ready, or never."""
    because = f"all {len(seen.checks)} {'other ' if seen.foreign else ''}checks are green"
    because = because if seen.checks else "no other check was reported"
    if odd := tuple(check.name for check in seen.ignored if check.state is not CheckState.GREEN):
        because += f"; ignored, as the policy says: {_listed(odd)}"
    if seen.missing and waited.total_seconds() <= min(_LATE, patience):
        return News(kind=NewsKind.NOTHING)
    if seen.missing:
        because += f"; required, and not seen yet: {_listed(seen.missing)}"
    return News(kind=NewsKind.GREEN, because=_with_foreign(because, seen))


def _with_foreign(because: str, seen: PullRequest) -> str:
    return "; ".join(filter(None, (because, foreign(seen))))


def foreign(seen: PullRequest) -> str:
    """What fails on the base branch too, and since when at the latest; empty where nothing does."""
    if not seen.foreign:
        return ""
    names = tuple(dict.fromkeys(check.name for check in seen.foreign))
    ended = [check.ended_at for check in seen.foreign if check.ended_at is not None]
    since = f", since {min(ended):%Y-%m-%d %H:%M} UTC or longer" if ended else ""
    verb = "fails" if len(names) == 1 else "fail"
    return f"{_listed(names)} {verb} on {seen.base or 'the base branch'} too{since}; {FOREIGN}"


def _names(seen: PullRequest, state: CheckState) -> str:
    """The names of the checks in that state."""
    return _listed(tuple(dict.fromkeys(check.name for check in seen.checks if check.state is state)))


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _trouble(fix: Fix, seen: PullRequest) -> News | None:
    """What people who may write ask for is to be done; a conflict must be mended too."""
    new = tuple(remark for remark in seen.remarks if remark.id not in fix.heard and _asks(remark, seen.author))
    if new:
        heard = (*fix.heard, *(remark.id for remark in new))
        return News(kind=NewsKind.MEND, because=_asked(new), heard=heard)
    if seen.conflicting:
        return News(kind=NewsKind.MEND, because="it conflicts with the base branch", heard=fix.heard)
    return None


def _asks(remark: Remark, us: str) -> bool:
    """Whether it asks us for a change: an approval, thanks, words to somebody else and commands to bots do not."""
    if not remark.may_write or remark.approving or phrase_of(remark.words) or _COMMANDS.fullmatch(remark.words):
        return False
    to = re.match(r"\s*@([\w-]+)", remark.words)
    return to is None or to[1].lower() == us.removesuffix("[bot]").lower()


def _asked(remarks: tuple[Remark, ...]) -> str:
    authors = tuple(dict.fromkeys(remark.author for remark in remarks))
    machines = [author for author in authors if _MACHINE.search(author)]
    hint = f"; if {machines[0]} is no person, `machine_users` of the policy leaves its words out" if machines else ""
    return f"changes or answers were asked for by {', '.join(authors)}{hint}"


def _red(seen: PullRequest) -> News:
    red = [check for check in seen.checks if check.state is CheckState.RED]
    share = LOG_LIMIT // max(1, len(red))  # the end of each: of none is nothing known
    log = "\n\n".join(f"{SECTION}{check.name}\n{check.log[-share:]}" for check in red)
    because = _with_foreign(f"red: {_names(seen, CheckState.RED)}", seen)
    return News(kind=NewsKind.MEND, because=because, red_log=log)


def _mend(fix: Fix, trouble: News, policy: Policy) -> News:
    """Send it back to the agent, but for the last round or when the same log comes again and nobody pressed Retry."""
    heard, is_down = trouble.heard or fix.heard, is_outage(trouble.red_log)
    again = trouble.red_log and trouble.red_log == fix.red_log and not trouble.heard and not is_outage(fix.red_log)
    if again and fix.rounds > max(1, fix.granted):
        sentence = f"{trouble.because}, exactly as the round before{_IGNORE}"
        return News(kind=NewsKind.NO_PROGRESS, because=sentence, heard=heard)
    if fix.rounds >= (allowed := _allowed(fix, policy)):
        because, hint = f"{trouble.because}{_DOWN if is_down else ''}", _NOT_THAT if is_down else ""
        sentence = f"{because}, and all {allowed} rounds are used up{hint}{_IGNORE if trouble.red_log else ''}"
        return News(kind=NewsKind.OUT_OF_ROUNDS, because=sentence, red_log=trouble.red_log, heard=heard)
    return trouble.model_copy(update={"heard": heard, "because": f"{trouble.because}{_AGAIN if is_down else ''}"})


def _allowed(fix: Fix, policy: Policy) -> int:
    return policy.budgets.fix_rounds + fix.granted
