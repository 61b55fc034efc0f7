"""A person mends a report themself: their pull request is followed, or their word begins the soak."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from agents.exchange import PullRequest, PullRequestState
from agents.fixes.following import Following
from agents.fixes.soaking import Soaking
from agents.gathering.returning import Returning
from storage.columns import now
from storage.status import Mover, Status
from tests.bot.corrections import said
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, GUS, SOLAR, Workplace, text_of
from tests.factories import a_signal
from tests.fake_code_host import FakeCodeHost
from tests.fakes import PlainCheckpoint

LINK = "https://code.example/acme/app/pull/5"
DAY = dt.timedelta(days=1)


def host(place: Workplace) -> FakeCodeHost:
    found = place.deps.pipeline.means.code_host
    assert isinstance(found, FakeCodeHost)
    return found


def opens(place: Workplace, number: int = 5) -> None:
    url = f"https://code.example/acme/app/pull/{number}"
    host(place).pull_requests[number] = PullRequest(
        number=number, url=url, state=PullRequestState.OPEN, draft=False, head_sha="1" * 40, base="main", author="bob"
    )


def becomes(place: Workplace, state: PullRequestState, number: int = 5, **more: object) -> None:
    changes = {"state": state, "merged_by": "bob", "merged_at": now(), "closed_at": now() - DAY, **more}
    host(place).pull_requests[number] = host(place).pull_requests[number].model_copy(update=changes)


def looks(place: Workplace, life: Life, at: dt.datetime | None = None) -> Status:
    """One look of the job that follows it, or at its soak."""
    means = replace(place.deps.pipeline.means, clock=lambda: at or now())
    soaks = life.report.status is Status.AWAITING_PROOF
    look = Soaking(means).prove if soaks else Following(means).follow
    look(life.id, PlainCheckpoint())
    return life.report.status


def all_of(life: Life) -> str:
    return "\n".join(text_of(each) for each in life.draw())


def test_their_pull_request_is_followed_and_never_touched_until_it_is_merged_and_held(place: Workplace) -> None:
    life = with_a_plan(place)
    opens(place)
    place.says(BOB, f"fixed by <{LINK}>", thread_ts=life.card().ts)
    assert "I follow pull request #5" in place.whispers(BOB)[-1]
    assert "Its plan waits no more." in place.whispers(BOB)[-1]
    assert (life.report.status, life.report.taken_by) == (Status.AWAITING_REVIEW, BOB)
    read = all_of(life)
    assert "Mended by hand: waiting for pull request #5 to be merged." in read
    assert "I follow it to its merge, and never touch it." in read
    assert " mended it by hand, so this plan waits no more." in read
    assert "Ready: waiting for a person" not in read

    assert looks(place, life) is Status.AWAITING_REVIEW
    becomes(place, PullRequestState.MERGED)
    assert looks(place, life) is Status.AWAITING_PROOF
    assert "Mended by hand: watching whether it comes back." in all_of(life)
    assert looks(place, life, now() + 60 * DAY) is Status.RESOLVED
    assert "Resolved: mended by hand, and nobody has reported it since." in all_of(life)
    code_host = host(place)
    assert (code_host.pushes, code_host.comments, code_host.reviewers, code_host.drafts) == (0, {}, {}, {})


def test_an_address_that_leads_elsewhere_is_shown_to_nobody(place: Workplace) -> None:
    life = with_a_plan(place)
    opens(place)
    assert "I follow pull request #5" in said(place, BOB, "fixed SB-1 https://evil.example/acme/app/pull/5")
    assert "evil.example" not in all_of(life)
    assert looks(place, life) is Status.AWAITING_REVIEW
    assert LINK in all_of(life)
    assert "evil.example" not in str(place.store.reports.journal(life.id))


def test_one_that_is_closed_says_so_and_the_report_gathers(place: Workplace) -> None:
    life = Life(place)
    opens(place)
    said(place, BOB, f"fixed SB-1 {LINK}")
    life.draw()
    becomes(place, PullRequestState.CLOSED)
    assert looks(place, life) is Status.GATHERING
    assert "It is not mended by hand after all. " in all_of(life)

    said(place, BOB, f"fixed SB-1 {LINK}")
    assert life.report.status is Status.AWAITING_REVIEW


def test_what_happens_after_the_merge_takes_it_back_and_what_happened_before_does_not(place: Workplace) -> None:
    life = Life(place)
    opens(place)
    becomes(place, PullRequestState.MERGED, merged_at=now() - 5 * DAY)
    a_signal(place.store, report_id=life.id, channel=SOLAR, happened_at=now() - DAY)
    said(place, ADA, f"fixed SB-1 by {LINK}")
    assert looks(place, life) is Status.AWAITING_PROOF
    assert looks(place, life) is Status.AWAITING_PROOF

    later = a_signal(place.store, report_id=life.id, channel=SOLAR, happened_at=now() + dt.timedelta(minutes=1))
    assert Returning(place.deps.pipeline.means).is_back(life.id, later)
    assert looks(place, life, now() + DAY) is Status.AWAITING_RESEARCH
    assert "It came back after the merge." in all_of(life)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("fixed SB-1", ""),
        ("fixed SB-1 in 2.3.1", "2.3.1"),
        ("resolved SB-1 in v2.3.1-rc.1", "v2.3.1-rc.1"),
        ("fixed SB-1 already deployed & live", "deployed live"),
        ("done 1", ""),
    ],
)
def test_by_an_approvers_word_it_is_watched_from_now_on(place: Workplace, words: str, told: str) -> None:
    life = Life(place)
    assert "whether SB-1 comes back" in said(place, ADA, words)
    assert life.report.status is Status.AWAITING_PROOF
    fix = place.store.fixes.latest(life.id)
    assert fix is not None
    assert (fix.mended_in, fix.by_hand, fix.number) == (told, ADA, None)
    assert "says that this is mended" in all_of(life)
    assert looks(place, life, now() + 60 * DAY) is Status.RESOLVED


def test_without_a_pull_request_it_is_the_word_of_who_works_on_it(place: Workplace) -> None:
    life = Life(place)
    assert "Only who works on it, or an approver" in said(place, BOB, "fixed SB-1")
    assert life.report.status == "gathering"
    said(place, BOB, "take SB-1")
    assert "whether SB-1 comes back" in said(place, BOB, "fixed SB-1")
    assert life.report.status == "awaiting_proof"


@pytest.mark.parametrize(
    ("user", "words", "told"),
    [
        (GUS, f"fixed SB-1 {LINK}", "Guests cannot do this"),
        (ADA, "fixed SB-1 https://code.example/acme/other/pull/5", "`acme/other` is none of them"),
        (ADA, "fixed SB-1 https://code.example/acme/app/issues/5", "That is no pull request that I can follow"),
        (ADA, "fixed SB-1 not really", "I do not know what mends it"),
        (ADA, "fixed SB-1 in 2.3.1?", "I do not know what mends it"),
        (ADA, f"fixed SB-7 {LINK}", "There is no SB-7"),
        (ADA, "fixed", "Name the report, and the pull request"),
    ],
)
def test_what_cannot_be_followed_is_said(place: Workplace, user: str, words: str, told: str) -> None:
    life = Life(place)
    assert told in said(place, user, words)
    assert life.report.status is Status.GATHERING


def test_another_link_takes_the_place_of_a_wrong_one_and_undo_takes_it_all_back(place: Workplace) -> None:
    life = Life(place)
    opens(place, 5)
    opens(place, 6)
    said(place, BOB, f"fixed SB-1 {LINK}")
    assert "Somebody said so before" in said(place, ADA, f"fixed SB-1 {LINK}")
    said(place, BOB, "fixed SB-1 acme/app#6")
    becomes(place, PullRequestState.MERGED, 5)
    assert looks(place, life) is Status.AWAITING_REVIEW
    becomes(place, PullRequestState.MERGED, 6)
    assert looks(place, life) is Status.AWAITING_PROOF
    assert "I watch SB-1 after a merge already" in said(place, BOB, f"fixed SB-1 {LINK}")

    assert "gathers again" in said(place, ADA, "undo SB-1")
    assert life.report.status is Status.GATHERING
    assert "came back" not in all_of(life)
    assert place.store.left_over.came_back() == []
    assert "There is no merge and no split" in said(place, ADA, "undo SB-1")


def test_one_that_is_not_there_is_said_and_another_may_be_named(place: Workplace) -> None:
    life = Life(place)
    said(place, BOB, "fixed SB-1 acme/app#99")
    life.draw()
    assert looks(place, life) is Status.GATHERING
    read = all_of(life)
    assert "I cannot follow it: there is no pull request 99" in read
    assert " wanted to mend this by hand: " in read
    assert "I am stuck" not in read
    opens(place)
    assert "I follow pull request #5" in said(place, BOB, f"fixed SB-1 {LINK}")


def test_what_is_over_is_said_to_be_and_who_works_on_it_is_named(place: Workplace) -> None:
    life = Life(place)
    said(place, ADA, "take SB-1")
    assert f"<@{ADA}> works on it too: tell them." in said(place, BOB, f"fixed SB-1 {LINK}")
    life.move(Status.DISMISSED, Mover.HUMAN, ADA)
    assert said(place, BOB, "fixed SB-1").startswith("SB-1 is dismissed, so nothing was changed. *Fixed elsewhere*")


def test_a_fix_that_is_being_written_is_stopped_first_and_one_of_ours_is_left_open(place: Workplace) -> None:
    life = with_a_plan(place)
    life.approved()
    assert "Press *Stop* in its thread" in said(place, BOB, f"fixed SB-1 {LINK}")
    life.fixed()
    life.green()
    life.draw()
    opens(place)
    assert "My pull request #7 stays open" in said(place, ADA, f"fixed SB-1 {LINK}")
    assert life.report.status is Status.AWAITING_REVIEW
    assert "Pull request #7 is green and ready" in all_of(life)
    becomes(place, PullRequestState.MERGED)
    assert looks(place, life) is Status.AWAITING_PROOF


@pytest.mark.parametrize("words", [f"fixed SB-1 {LINK}", "fixed SB-1 #5", "fixed SB-1", "fixed SB-1 in 2.3.1"])
@pytest.mark.parametrize("stuck", [False, True])
def test_a_pull_request_of_ours_is_put_aside_by_who_may_dismiss_alone(
    place: Workplace, words: str, stuck: bool
) -> None:
    life = with_a_plan(place)
    life.approved()
    life.fixed()
    if stuck:
        life.move(Status.STUCK, because="red")
    opens(place)
    said(place, BOB, "take SB-1")
    told = said(place, BOB, words)
    assert told.startswith("My pull request #7 is open, by an approver's word")
    assert f"allows it to <@{ADA}>" in told
    assert life.report.status is (Status.STUCK if stuck else Status.AWAITING_CHECKS)
    fix = place.store.fixes.latest(life.id)
    assert fix is not None
    assert fix.number == 7

    assert "My pull request #7 stays open" in said(place, ADA, words)


def test_what_is_stuck_can_be_mended_by_hand(place: Workplace) -> None:
    life = Life(place)
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.move(Status.STUCK, because="no model")
    said(place, ADA, "fixed SB-1")
    assert life.report.status is Status.AWAITING_PROOF


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (f"this is fixed by <{LINK}>", Status.AWAITING_REVIEW),
        (f"I fixed this in <{LINK}|acme/app#5>", Status.AWAITING_REVIEW),
        (f"my PR for this is <{LINK}>", Status.AWAITING_REVIEW),
        (f"see <{LINK}>, that fixes it", Status.AWAITING_REVIEW),
        ("this is fixed in 2.3.1", Status.AWAITING_PROOF),
        ("already deployed", Status.AWAITING_PROOF),
        ("our fix is released in v2.4", Status.AWAITING_PROOF),
        ("it's fixed", Status.AWAITING_PROOF),
        ("is this fixed in 2.3.1?", Status.GATHERING),
        ("this is fixed in 2.3.1, right?", Status.GATHERING),
        (f"what does <{LINK}> do?", Status.GATHERING),
    ],
)
def test_words_to_us_in_its_thread_say_the_same(place: Workplace, words: str, status: Status) -> None:
    life = Life(place)
    root = life.card().ts
    text = f"<@{place.bot}> {words}"
    ts = place.says(ADA, text, thread_ts=root)
    place.event({"type": "app_mention", "channel": SOLAR, "user": ADA, "text": text, "ts": ts, "thread_ts": root})
    place.settles()
    assert life.report.status is status


def test_what_was_taken_back_is_not_said_to_have_held(place: Workplace) -> None:
    life = Life(place)
    for words in ("fixed SB-1", "undo SB-1", "fixed SB-1 in 2.4"):
        said(place, ADA, words)
        life.draw()
    assert looks(place, life, now() + 60 * DAY) is Status.RESOLVED
    first, second = (text_of(each) for each in life.draw() if "says that this is mended" in text_of(each))
    assert ("That was taken back." in first, "resolved" in first) == (True, False)
    assert ("That was taken back." in second, "Nobody has reported it since: resolved." in second) == (False, True)


def test_after_it_came_back_a_new_plan_has_a_revision_of_its_own(place: Workplace) -> None:
    life = with_a_plan(place)
    said(place, ADA, "fixed SB-1")
    said(place, ADA, "undo SB-1")
    life.researched()
    assert life.report.plan_revision == 3
    life.draw()
    place.says(ADA, "approve", thread_ts=place.thread(life.id)[0].ts)
    assert life.report.status is Status.AWAITING_FIX
