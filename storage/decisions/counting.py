"""Whose approvals of a plan count: asked here by the one who decides, by the fix, and by what people read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from storage.records import Approval, Decision


def approvals_of(
    approvals: Iterable[Approval], revision: int, named: Collection[str] | None = None, without: Collection[int] = ()
) -> list[Approval]:
    """Those by which a revision of a plan is approved, in their order; of people who are `named`, unless that is None.

    One that was given ahead and lapsed counts no more, nor does one of those `without` which it has to do, by their
    ids.
    """
    return [
        each
        for each in approvals
        if each.decision is Decision.APPROVE
        and each.plan_revision == revision
        and not each.lapsed_because
        and (named is None or each.by in named)
        and each.id not in without
    ]
