"""A report's issue in a tracker: made once, when somebody wants one, and linked with its pull request.

What becomes of it there is the team's: its own integration with the code host moves it as the pull request moves, by
the identifier that the pull request names. So we need no right to change what people changed, and nobody is overruled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.errors import Rejected, Unavailable
from agents.fixes.issue_ids import issue_id_of
from agents.means import Means
from agents.ports import Checkpoint
from agents.pull_requests.outward import one_line, plain
from agents.tracker_ports import IssueDraft, MadeIssue
from storage.calling import called
from storage.records import Report
from storage.status import Visibility

_FIRST_WAIT, _LONGEST_WAIT = 10.0, 3_600.0  # seconds
_AFTER_A_NO = 900.0  # somebody has to mend a key or a name
_TITLE = 200  # characters


@dataclass(frozen=True)
class Issuing:
    """The job that makes and links the issue of one report."""

    means: Means

    def issue(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Do what is still to be done. What fails is tried again later, and the card says why."""
        try:
            checkpoint("issue", lambda: self._make(report_id), bool)
            checkpoint("link", lambda: self._link(report_id), bool)
        except (Unavailable, Rejected) as error:
            self._put_off(report_id, error)
        self.means.messenger.publish(report_id)

    def want_if_approved(self, report: Report, by: str) -> None:
        """Want an issue of a report whose plan was approved, where the policy says so; never of a private one."""
        terms, report_id = self.means.policy.linear, report.id or 0
        if terms is None or not terms.approved or self.means.policy.dry_run or report.visibility is Visibility.PRIVATE:
            return
        linked = self.means.store.linked.of_report(report_id)
        is_tracked = any("/issue/" in each.url for each in linked)  # of a tracker: a code host says issues
        if self.means.store.tracked.get(report_id) is None and not is_tracked:
            self.means.store.tracked.want(report_id, by)

    def made_for(self, report_id: int) -> str:
        """How the report's issue is called; empty while there is none."""
        row = self.means.store.tracked.get(report_id)
        return row.identifier if row is not None else ""

    def _make(self, report_id: int) -> bool:
        row, tracker = self.means.store.tracked.get(report_id), self.means.issues
        if row is None or row.identifier or tracker is None:
            return False
        report = self.means.store.reports.get(report_id)
        made: MadeIssue = tracker.ensure_issue(issue_id_of(report), self._draft(report))
        self.means.store.tracked.made(report_id, made.identifier, made.url)
        return True

    def _link(self, report_id: int) -> bool:
        row, tracker = self.means.store.tracked.get(report_id), self.means.issues
        fix = self.means.store.fixes.latest(report_id)
        if row is None or not row.identifier or tracker is None or fix is None or fix.url in ("", row.linked):
            return False
        report = self.means.store.reports.get(report_id)
        tracker.ensure_link(issue_id_of(report), fix.url, f"Pull request #{fix.number}")
        self.means.store.tracked.linked(report_id, fix.url)
        return True

    def _draft(self, report: Report) -> IssueDraft:
        """Of a private report nothing but where its people find it."""
        thread = self.means.store.outbox.permalink(report.id or 0)
        where = f"[its thread]({thread})" if thread else f"its thread in Slack ({report.ref})"
        footer = f"---\nMade by Signalbox for {report.ref}; what is known of it stands in {where}."
        if report.visibility is Visibility.PRIVATE:
            title = f"{report.ref}: a problem that was reported in a private channel"
            return IssueDraft(title=title, description=footer)
        tidy = self.means.redactor.text
        title = one_line(tidy(called(report)), _TITLE)
        return IssueDraft(title=title, description=f"{plain(tidy(report.gist or report.title))}\n\n{footer}")

    def _put_off(self, report_id: int, error: Unavailable | Rejected) -> None:
        row = self.means.store.tracked.get(report_id)
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(row.tries if row else 0, 12))
        wait = max(wait, _AFTER_A_NO if isinstance(error, Rejected) else error.retry_after or 0.0)
        until = self.means.clock() + dt.timedelta(seconds=wait)
        self.means.store.tracked.failed(report_id, self.means.redactor.text(str(error)), until)
