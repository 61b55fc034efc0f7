"""Whether reports may be merged or split, and what helps where they may not. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from storage.errors import IllegalMove
from storage.outcome import Outcome
from storage.records import Report, Signal
from storage.status import CLOSED, SignalStatus, Status, Visibility

_GIVES_WAY = frozenset(
    {Status.GATHERING, Status.AWAITING_RESEARCH, Status.AWAITING_ANSWER, Status.STUCK, Status.DISMISSED}
)


def may_merge(report: Report, heir: Report) -> None:
    """Raises IllegalMove."""
    if report.id == heir.id:
        raise IllegalMove(f"{report.ref} is that report already; a report cannot be merged into itself.")
    if report.merged_into is not None:
        raise IllegalMove(f"{report.ref} has been merged into SB-{report.merged_into} already.")
    private = Visibility.PRIVATE in (report.visibility, heir.visibility)
    if private and (report.visibility, report.channel) != (heir.visibility, heir.channel):
        raise IllegalMove(
            f"{report.ref} and {heir.ref} are not for the same people: what was said in a private channel stays there."
        )
    if heir.status in CLOSED:
        raise IllegalMove(f"{heir.ref} is {heir.status}, so nothing can be merged into it. {_instead(report, heir)}")
    if report.status is Status.RESOLVED:
        raise IllegalMove(f"{report.ref} is resolved, and what it was about is over; there is nothing to merge.")
    if not _gives_way(report):
        way = f"Merge {heir.ref} into it, or dismiss it first."
        raise IllegalMove(
            f"{report.ref} has a plan or a fix under way ({report.status.replace('_', ' ')}), so it cannot be merged "
            f"away. {way if _gives_way(heir) else f'So has {heir.ref}: dismiss one of them first.'}"
        )


def _gives_way(report: Report) -> bool:
    if report.status is Status.STUCK and report.stuck_from is not Status.AWAITING_RESEARCH:
        return report.stuck_because is Outcome.IN_FLIGHT  # people were asked before anything was pushed
    return report.status in _GIVES_WAY


def _instead(report: Report, heir: Report) -> str:
    """What helps where a report cannot be merged into one that is closed."""
    if report.status in CLOSED:
        return f"{report.ref} is closed too, so later signals need no merge."
    if heir.status is Status.DISMISSED:
        return "Merge it the other way."
    return f"Dismiss {report.ref} as fixed elsewhere, or leave it open if the problem has come back."


def may_split(report: Report, every: Sequence[Signal], chosen: Sequence[Signal]) -> None:
    """Raises IllegalMove."""
    if report.merged_into is not None:
        raise IllegalMove(f"{report.ref} has been merged into SB-{report.merged_into}; split that one.")
    if not chosen:
        raise IllegalMove(f"None of these signals is in {report.ref} any more; nothing was changed.")
    if all(signal in chosen or signal.status is SignalStatus.ERASED for signal in every):
        raise IllegalMove(f"Those are all the signals of {report.ref}; leave at least one where it is.")
