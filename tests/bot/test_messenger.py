"""What Slack shows of a report, over a real WebClient against the playground's workspace."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from agents.errors import SlackDown, SlackRejected
from bot.messenger import SlackMessenger
from playground.faults import Fault, Kind, Moment
from playground.workspace import Message
from storage.columns import now
from storage.judgments import FixSubmission, Outcome, Proof, Question
from storage.records import CheckState, Decision, Report
from storage.status import Mover, Status, Visibility
from storage.store import Store
from tests.bot.workplace import (
    ADA,
    BOB,
    POLICY,
    SECRET,
    SHARED,
    SOLAR,
    Workplace,
    a_workplace,
    buttons,
    labels,
    text_of,
)
from tests.factories import a_plan, a_raw_signal, a_report, a_research, a_signal, a_summary

SUBMISSION = FixSubmission(
    title="Close the file",
    summary="s",
    test_files=("t.py",),
    test_ids=("t.py",),
    expected_failure="E",
    risk="r",
    undo="u",
)


def a_proof(length: int = 50) -> Proof:
    return Proof(
        test_ids=("t.py",),
        failed_before=True,
        passed_after=True,
        suite_passed=True,
        before_log="FAILED before\n" + "b" * length,
        after_log="1 passed\n" + "a" * length,
        suite_log="99 passed\n" + "s" * length,
    )


class Life:
    """A report that was reported in Slack, and shorthands for what happens to it."""

    def __init__(self, place: Workplace, words: str = "the export fails") -> None:
        self.place, self.store = place, place.store
        self.said = place.workspace.say(BOB, SOLAR, words)
        signal = a_signal(
            self.store,
            filed=True,
            channel=SOLAR,
            external_id=f"{SOLAR}/{self.said}",
            thread_ts=self.said,
            body=words,
            url=place.workspace.permalink(SOLAR, self.said),
            summary=a_summary(title="Exports fail"),
        )
        self.id = signal.report_id or 0

    @property
    def report(self) -> Report:
        return self.store.reports.get(self.id)

    def move(
        self, to: Status, mover: Mover = Mover.MACHINE, who: str = "machine", because: str = "so", **more: Any
    ) -> None:
        self.store.reports.move(self.id, to, mover=mover, who=who, because=because, **more)

    def researched(self) -> None:
        self.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
        self.store.plans.propose(self.id, a_plan(), step=f"plan{now().timestamp()}")
        self.move(Status.AWAITING_APPROVAL, research=a_research(), repository="acme/app")

    def approved(self) -> None:
        plan = self.store.plans.latest(self.id)
        assert plan is not None
        decided = self.store.plans.decide(
            self.id, Decision.APPROVE, by=ADA, via="button", plan_revision=plan.revision, plan_hash=plan.hash,
            to=Status.AWAITING_FIX, because="approved the plan",
        )  # fmt: skip
        assert decided.kind == "done"

    def fixed(self, length: int = 50) -> None:
        fix = self.store.fixes.start(self.id, 1, "acme/app", "signalbox/sb-1", "0" * 40)
        self.store.fixes.change(fix.id or 0, submission=SUBMISSION, proof=a_proof(length), rounds=1)
        self.store.fixes.change(fix.id or 0, number=7, url="https://github.example/acme/app/pull/7")
        self.move(Status.AWAITING_CHECKS)

    def green(self) -> None:
        fix = self.store.fixes.latest(self.id)
        assert fix is not None
        self.store.fixes.change(fix.id or 0, checks=CheckState.GREEN, ready=True)
        self.move(Status.AWAITING_REVIEW, Mover.WORLD, "world", "all checks are green")

    def merged(self) -> None:
        fix = self.store.fixes.latest(self.id)
        assert fix is not None
        self.store.fixes.change(fix.id or 0, merged_at=now(), merged_by="ada")
        self.move(Status.AWAITING_PROOF, Mover.HUMAN, "ada", "merged", soak_until=now() + dt.timedelta(days=1))

    def resolved(self) -> None:
        self.move(Status.RESOLVED, Mover.WORLD, "world", "nothing came back after the merge")

    def draw(self) -> list[Message]:
        return self.place.draw(self.id)

    def card(self) -> Message:
        return self.draw()[0]


@pytest.fixture
def life(place: Workplace) -> Life:
    return Life(place)


# ── a whole life ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_life_is_one_root_message_and_few_posts(life: Life) -> None:
    said = []
    life.draw()
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged, life.resolved):
        step()
        said.append(text_of(life.card()))

    for words, shown in zip(
        [
            "decide on the plan",
            "Writing the fix",
            "checks of pull request #7",
            "review and merge",
            "Merged",
            "Resolved",
        ],
        said,
        strict=True,
    ):
        assert words in shown
    roots = [each for each in life.place.workspace.messages(SOLAR) if each.user == life.place.bot]
    assert len(roots) == 1
    assert life.place.workspace.posts_by_bot() <= 10
    assert [labels(each) for each in life.draw() if labels(each)] == []
    assert all(call.answer and call.answer["ok"] for call in life.place.workspace.calls())


def test_the_reporter_hears_back_under_their_own_message(life: Life) -> None:
    life.draw()
    replies = life.place.workspace.thread(SOLAR, life.said)[1:]
    assert life.place.workspace.reactions(SOLAR, life.said) == {"eyes": [life.place.bot]}
    assert [life.store.outbox.permalink(life.id) in text_of(each) for each in replies] == [True]

    for step in (life.researched, life.approved, life.fixed, life.green, life.merged, life.resolved):
        step()
    life.draw()
    assert set(life.place.workspace.reactions(SOLAR, life.said)) == {"eyes", "white_check_mark"}
    assert "This is fixed" in text_of(life.place.workspace.thread(SOLAR, life.said)[-1])


def test_drawing_again_without_news_asks_slack_nothing(life: Life) -> None:
    life.researched()
    life.draw()
    before = len(life.place.workspace.calls())
    life.draw()
    life.store.reports.touch(life.id)
    life.draw()

    assert len(life.place.workspace.calls()) == before


def test_the_root_message_has_the_address_that_slack_gives_it(life: Life) -> None:
    card = life.card()

    assert life.store.outbox.permalink(life.id) == life.place.workspace.permalink(SOLAR, card.ts)


def test_the_card_links_to_the_plan_and_the_plan_says_until_when(life: Life) -> None:
    life.researched()
    thread = life.draw()
    plan = next(each for each in thread if "Approve" in labels(each))
    kept = life.store.plans.latest(life.id)

    assert kept is not None
    assert (kept.posted_ts, kept.expires_at is not None) == (plan.ts, True)
    assert life.place.workspace.permalink(SOLAR, plan.ts).replace("&", "&amp;") in text_of(thread[0])
    assert f"'timestamp': {int(kept.expires_at.timestamp())}" in text_of(plan)  # type: ignore[union-attr]
    assert "Approve" not in labels(thread[0])


def test_signals_that_join_are_one_message_edited(life: Life) -> None:
    life.draw()
    posts = life.place.workspace.posts_by_bot()
    for number in range(3):
        a_signal(life.store, report_id=life.id, source="sentry", external_id=f"X-{number}", title=f"Error {number}",
                 channel=SOLAR, thread_ts="")  # fmt: skip
    thread = life.draw()

    assert life.place.workspace.posts_by_bot() == posts
    assert all(f"Error {number}" in text_of(thread[1]) for number in range(3))
    assert "4 signals" in text_of(thread[0])


def test_once_decided_the_buttons_are_gone_and_it_says_by_whom(life: Life) -> None:
    life.researched()
    life.draw()
    life.approved()
    plan = next(each for each in life.draw() if each.text.startswith("The plan"))

    assert buttons(plan) == []
    assert ADA in text_of(plan)
    assert "approved this" in text_of(plan)


def test_a_replaced_plan_loses_its_buttons_and_the_new_one_is_a_new_post(life: Life) -> None:
    life.researched()
    life.draw()
    life.store.plans.decide(
        life.id,
        Decision.GUIDE,
        by=ADA,
        via="reply",
        words="with zero too",
        to=Status.AWAITING_RESEARCH,
        because="guided",
    )
    life.draw()
    life.store.plans.propose(life.id, a_plan(title="Another way"), because="with zero too", step="p2")
    life.move(Status.AWAITING_APPROVAL, research=a_research())
    plans = [each for each in life.draw() if each.text.startswith("The plan")]

    assert [labels(each) for each in plans] == [[], ["Approve", "Not now"]]
    assert "with zero too" in text_of(plans[0])
    assert "Revised because: with zero too" in text_of(plans[1])


def test_whole_logs_are_files_and_short_ones_are_not(life: Life) -> None:
    life.researched()
    life.approved()
    life.fixed(length=9_000)
    thread = life.draw()
    files = [life.place.workspace.file(file_id) for each in thread for file_id in each.files]

    assert [file and len(file) for file in files] == [9_014, 9_009, 9_010]
    proof = next(each for each in thread if each.text == "The proof of the fix")
    assert "characters left out" in text_of(proof)
    assert life.draw()
    assert len(life.place.workspace.calls("files.completeUploadExternal")) == 1


def test_what_is_stuck_is_said_in_a_new_post_with_retry_and_taken_back_after(life: Life) -> None:
    life.researched()
    life.approved()
    life.draw()
    life.move(Status.STUCK, because="The sandbox is gone.", stuck_because=Outcome.NO_SANDBOX)
    trouble = life.draw()[-1]
    assert "The sandbox is gone." in text_of(trouble)
    assert labels(trouble) == ["Retry", "Dismiss"]

    life.move(Status.AWAITING_FIX, Mover.HUMAN, ADA, "asked to try again")
    trouble = life.draw()[-1]
    assert labels(trouble) == []
    assert "asked to try again" in text_of(trouble)


def test_what_is_past_before_it_could_be_said_is_not_said(life: Life) -> None:
    for step in (life.researched, life.approved, life.fixed, life.green, life.merged):
        step()
    thread = life.draw()

    assert not any("is green and ready" in each.text for each in thread)
    assert any("was merged" in each.text for each in thread)


def test_a_question_loses_its_buttons_once_answered(life: Life) -> None:
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    asked = life.store.plans.ask(
        life.id, Question(text="Which one?", options=("left", "right"), why="It matters."), "q"
    )
    life.move(Status.AWAITING_ANSWER)
    shown = life.draw()[-1]
    assert labels(shown) == ["left", "right"]

    life.store.plans.answer(asked.id or 0, "left", ADA)
    life.move(Status.AWAITING_RESEARCH, Mover.HUMAN, ADA, "answered")
    shown = next(each for each in life.draw() if each.ts == shown.ts)
    assert labels(shown) == []
    assert "answered" in text_of(shown)


def test_without_a_plan_it_says_what_is_missing_and_lets_people_ask_again(life: Life) -> None:
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.move(Status.GATHERING, because="Which browser is it?")
    missing = life.draw()[-1]

    assert "Which browser is it?" in text_of(missing)
    assert labels(missing) == ["Look again"]


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────


POSTS = ("chat.postMessage", "chat.update", "reactions.add", "files.completeUploadExternal")


@pytest.mark.parametrize("method", POSTS)
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_what_was_done_but_not_answered_is_found_again_and_not_doubled(
    life: Life, method: str, kind: Kind, nth: int
) -> None:
    def all_drawn() -> None:
        for step in (life.researched, life.approved, lambda: life.fixed(length=9_000)):
            step()
            until_drawn(life)

    life.place.faults.plan(Fault(f"slack:{method}", Moment.PERFORMED, kind, nth=nth, status=502))
    until_drawn(life)
    all_drawn()

    purposes = [
        json.dumps(each.metadata or each.files, sort_keys=True)
        for channel in (life.place.workspace.messages(SOLAR),)
        for root in channel
        for each in life.place.workspace.thread(SOLAR, root.ts)
        if each.user == life.place.bot
    ]
    assert len(purposes) == len(set(purposes))
    rows = life.store.outbox.of_report(life.id)
    assert all(row.ts for row in rows.values())
    assert life.place.workspace.posts_by_bot() == len([name for name in rows if not name.startswith("reaction")])


def until_drawn(life: Life) -> None:
    """Draw as the sweep does, with one job's name, until Slack shows the newest."""
    for _ in range(6):
        try:
            life.place.messenger().draw(life.id, "publish:1")
        except SlackDown:
            continue
        return
    raise AssertionError("it could not be drawn")


def test_a_limited_rate_is_waited_out(life: Life) -> None:
    life.place.faults.plan(
        Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, nth=1, times=2, status=429, retry_after=2)
    )
    life.draw()

    assert [each for each in life.place.slept if each == 2.0] == [2.0, 2.0]
    assert len([each for each in life.place.workspace.messages(SOLAR) if each.user == life.place.bot]) == 1


def test_a_long_limit_is_handed_on_and_nobody_else_asks_meanwhile(life: Life) -> None:
    life.place.faults.plan(
        Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=30, times=9)
    )
    with pytest.raises(SlackDown) as caught:
        life.place.messenger().draw(life.id, "first")
    assert caught.value.retry_after == 30.0
    asked = len(life.place.workspace.calls())
    life.place.messenger().draw(life.id, "second")
    assert len(life.place.workspace.calls()) == asked


def test_two_publishers_at_once_draw_once(life: Life) -> None:
    life.researched()
    started = threading.Barrier(4)
    faults: list[Exception] = []

    def publish(name: str) -> None:
        started.wait()
        try:
            life.place.messenger().draw(life.id, name)
        except Exception as error:  # noqa: BLE001 it is looked at below
            faults.append(error)

    threads = [threading.Thread(target=publish, args=(f"publisher {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert faults == []
    assert life.report.drawn_version == life.report.version
    posted = [
        call.args["metadata"]["event_payload"]["purpose"] for call in life.place.workspace.calls("chat.postMessage")
    ]
    assert sorted(posted) == sorted(set(posted))


def test_a_publisher_that_lost_its_pen_touches_nothing_more(life: Life) -> None:
    class Stolen:
        def __init__(self, store: Store) -> None:
            self.outbox, self.calls = store.outbox, 0

        def take_pen(self, report_id: int, holder: str, seconds: float) -> int | None:
            self.calls += 1
            return self.outbox.take_pen(report_id, holder, seconds) if self.calls <= 2 else None

        def __getattr__(self, name: str) -> Any:
            return getattr(self.outbox, name)

    store = replace_outbox(life.store, Stolen(life.store))
    SlackMessenger(store, life.place.writer, life.place.policy).draw(life.id, "slow")

    assert len(life.place.workspace.calls("chat.postMessage")) == 1


def replace_outbox(store: Store, outbox: Any) -> Store:
    other = Store(store.engine)
    other.outbox = outbox
    return other


def test_a_change_while_it_is_drawn_is_drawn_too(life: Life) -> None:
    class Changing:
        def __init__(self, store: Store) -> None:
            self.outbox, self.changed = store.outbox, False

        def posted(self, *arguments: Any) -> None:
            self.outbox.posted(*arguments)
            if not self.changed:
                self.changed = True
                life.store.reports.change(life.id, note="Something new was learnt.")

        def __getattr__(self, name: str) -> Any:
            return getattr(self.outbox, name)

    SlackMessenger(replace_outbox(life.store, Changing(life.store)), life.place.writer, life.place.policy).draw(
        life.id, "a"
    )

    assert "Something new was learnt." in text_of(life.place.thread(life.id)[0])
    assert life.report.drawn_version == life.report.version


def test_what_people_deleted_stays_deleted(life: Life) -> None:
    thread = life.draw()
    life.place.writer.client.chat_delete(channel=SOLAR, ts=thread[1].ts)
    a_signal(
        life.store, report_id=life.id, source="sentry", external_id="X-1", title="Error", channel=SOLAR, thread_ts=""
    )
    posts = life.place.workspace.posts_by_bot()
    life.draw()

    assert life.place.workspace.posts_by_bot() == posts
    assert life.report.drawn_version == life.report.version


def test_a_channel_we_are_not_in_is_said_and_tried_again_later(place: Workplace) -> None:
    report = a_report(place.store, channel="C08QUIET")
    with pytest.raises(SlackRejected, match="/invite"):
        place.messenger().draw(report.id or 0, "first")
    asked = len(place.workspace.calls())
    place.messenger().draw(report.id or 0, "second")

    assert len(place.workspace.calls()) == asked
    assert "/invite" in place.store.outbox.of_report(report.id or 0)["card"].trouble


def test_nothing_is_shown_in_a_channel_shared_with_another_workspace(place: Workplace) -> None:
    report = a_report(place.store, channel=SHARED)
    with pytest.raises(SlackRejected, match="another workspace"):
        place.messenger().draw(report.id or 0, "first")

    assert place.workspace.posts_by_bot() == 0


def test_a_signal_that_turned_private_is_not_shown_in_another_channel(life: Life) -> None:
    fields = {"channel": SECRET, "external_id": f"{SECRET}/1700000000.1", "thread_ts": ""}
    a_signal(life.store, report_id=life.id, body="a public thing", **fields)
    life.store.signals.remember(a_raw_signal(visibility=Visibility.PRIVATE, body="a private thing", **fields))
    shown = "".join(text_of(each) for each in life.draw())

    assert "a private thing" not in shown
    assert "1 more signal not shown" in shown


def test_a_private_report_goes_to_its_own_channel_only(place: Workplace) -> None:
    report = a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    place.draw(report.id or 0)

    assert {call.args["channel"] for call in place.workspace.calls("chat.postMessage")} == {SECRET}
    assert "only in this channel" in text_of(place.thread(report.id or 0)[0])


HOSTILE = (
    "<!channel> <@U01ADA> <!subteam^S1|x> <https://evil.example|nice> @here `code` *bold* ```\nfence\n``` "
    "\u202egnp.exe &lt;"
)


def test_hostile_words_mention_nobody_and_link_nowhere(place: Workplace) -> None:
    life = Life(place, HOSTILE)
    life.store.reports.change(life.id, title=HOSTILE, gist=HOSTILE, note=HOSTILE)
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world", HOSTILE)
    life.store.plans.propose(
        life.id,
        a_plan(title=HOSTILE, approach=HOSTILE, files=(HOSTILE,), test=HOSTILE, risk=HOSTILE),
        because=HOSTILE,
        step="p",
    )
    life.move(Status.AWAITING_APPROVAL, research=a_research(headline=HOSTILE, cause=HOSTILE), because=HOSTILE)
    life.approved()
    life.move(Status.STUCK, because=HOSTILE)
    for message in life.draw():
        for text in mrkdwn_of(message):
            assert "<!" not in text.replace("<!date^", "")
            assert "<@" not in text
            assert "<http" not in text.replace("<http://127.0.0.1", "")
        assert not [
            each for each in elements_of(message) if each["type"] in ("broadcast", "usergroup", "channel_mention")
        ]
        assert {each["user_id"] for each in elements_of(message) if each["type"] == "user"} <= {ADA}
        assert not [each for each in elements_of(message) if each["type"] == "link" and "evil" in each["url"]]
        assert "\u202e" not in text_of(message)


def mrkdwn_of(message: Message) -> list[str]:
    return [message.text, *(each["text"] for each in elements_of(message) if each["type"] == "mrkdwn")]


def elements_of(node: Any) -> list[dict[str, Any]]:
    """Every object of a message's blocks that has a type."""
    if isinstance(node, Message):
        return elements_of(node.blocks)
    if isinstance(node, list):
        return [found for each in node for found in elements_of(each)]
    if isinstance(node, dict):
        return [*([node] if "type" in node else []), *elements_of(list(node.values()))]
    return []


def test_nothing_unfurls(life: Life) -> None:
    life.draw()

    assert {call.args["unfurl_links"] for call in life.place.workspace.calls("chat.postMessage")} <= {
        "0",
        "false",
        False,
    }


def test_blocks_that_slack_refuses_are_said_in_words(life: Life) -> None:
    title = "x" * 400
    life.store.reports.change(life.id, title=title)
    client = life.place.writer.client
    posted = client.chat_postMessage

    def picky(**arguments: Any) -> Any:
        if arguments.get("blocks") and not arguments.get("thread_ts"):
            arguments["blocks"] = [{"type": "no such block"}]
        return posted(**arguments)

    client.chat_postMessage = picky  # type: ignore[method-assign]
    life.draw()

    card = life.place.thread(life.id)[0]
    assert card.blocks == []
    assert card.text.startswith("SB-")


def test_a_policy_without_approvers_says_that_nobody_may_decide(sqlite_store: Store, tmp_path: Path) -> None:
    with a_workplace(sqlite_store, tmp_path, POLICY.model_copy(update={"approvers": ()})) as place:
        life = Life(place)
        life.researched()
        assert any("names no approvers" in text_of(each) for each in life.draw())


def test_the_approvers_are_told_when_they_must_decide(life: Life) -> None:
    life.researched()
    plan = next(each for each in life.draw() if "Approve" in labels(each))

    assert ADA in text_of(plan)


def test_more_signals_and_plans_than_a_message_holds_still_leave_the_buttons(life: Life) -> None:
    for number in range(60):
        a_signal(life.store, report_id=life.id, source="sentry", external_id=f"X-{number}", channel=SOLAR, thread_ts="",
                 title="&<>" * 100, body="字" * 3_000)  # fmt: skip
    life.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    life.store.plans.propose(
        life.id,
        a_plan(approach="字&" * 1_900, test="<" * 4_000, files=tuple("é" * 290 for _ in range(40)), risk="&" * 300),
        step="p",
    )
    life.move(Status.AWAITING_APPROVAL, research=a_research(cause="字" * 4_000))
    plan = next(each for each in life.draw() if each.text.startswith("The plan"))

    assert labels(plan) == ["Approve", "Not now"]
