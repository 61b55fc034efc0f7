"""A report as Slack shows it: the card, and everything in its thread. Pure: one snapshot in, drawings out."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.actions import Action, Choice, action_id
from bot.views import limits
from bot.views.escape import link, one_line, plain
from bot.views.parts import Drawing, button, buttons, context, header, preformatted, section
from bot.views.words import checks_line, footer, moment, status_line
from storage.judgments import Evidence, Research, Standing
from storage.records import AskedQuestion, Decision, Fix, ShownPlan, Signal
from storage.snapshot import Snapshot
from storage.status import CLOSED, SignalStatus, Status

_SHOWN = frozenset({SignalStatus.FILED, SignalStatus.AWAITING_DIGEST})


def drawings(snapshot: Snapshot) -> list[Drawing]:
    """Every message that should exist for this report now, the card first, the rest in the order of the thread."""
    drawn = [card(snapshot), evidence(snapshot)]
    if snapshot.report.research is not None:
        drawn.append(cause(snapshot, snapshot.report.research))
    if snapshot.question is not None:
        drawn.append(question(snapshot, snapshot.question))
    drawn += [plan(snapshot, each) for each in snapshot.plans]
    for fix in snapshot.fixes:
        if fix.proof is not None:
            drawn.append(proof(fix))
        if fix.number is not None:
            drawn.append(pull_request(snapshot, fix))
    if outcome := _outcome(snapshot):
        drawn.append(outcome)
    return drawn


def card(snapshot: Snapshot) -> Drawing:
    """The root message, edited through the report's whole life."""
    report = snapshot.report
    shown = [signal for signal in snapshot.signals if signal.status in _SHOWN]
    blocks: list[Block] = [
        header(one_line(report.title)),
        section(f"*{plain(status_line(report))}*".replace("\u200b", "")),
    ]
    if report.gist:
        blocks.append(section(plain(limits.cut(report.gist, 1_200))))
    facts = [f"{len(shown)} signal{'s' if len(shown) != 1 else ''} from {_sources(shown)}"]
    if report.priority is not None:
        facts.insert(0, report.priority.value)
    if report.repository:
        facts.append(plain(report.repository))
    if (fix := _latest(snapshot)) is not None and fix.url:
        facts.append(link(fix.url, f"pull request #{fix.number}"))
    blocks.append(context(" · ".join(facts)))
    if snapshot.regression_of is not None:
        blocks.append(
            section(f":repeat: This may be a regression of {snapshot.regression_of.ref}, which was resolved.")
        )
    if report.note:
        blocks.append(section(plain(limits.cut(report.note, 600))))
    if pressed := _card_buttons(snapshot):
        blocks.append(buttons(*pressed))
    blocks.append(context(footer(snapshot)))
    text = f"{one_line(report.title)} — {status_line(report)}"
    return Drawing("card", limits.cut(plain(text), 300), blocks, in_thread=False)


def _card_buttons(snapshot: Snapshot) -> list[ButtonElement]:
    report = snapshot.report
    value = Choice(report_id=report.id or 0).model_dump_json()
    if report.status is Status.STUCK:
        return [
            button("Retry", action_id(Action.RETRY), value, style="primary"),
            button("Dismiss", action_id(Action.DISMISS), value),
        ]
    if report.status is Status.GATHERING:
        label = "Ask again" if snapshot.plans else "Investigate"
        return [button(label, action_id(Action.RETRY), value), button("Dismiss", action_id(Action.DISMISS), value)]
    return []


def evidence(snapshot: Snapshot) -> Drawing:
    """The signals, one message that grows."""
    shown = [signal for signal in snapshot.signals if signal.status in _SHOWN]
    blocks: list[Block] = [section("*What was reported*")]
    for signal in shown[-8:]:
        blocks += _signal(signal)
    left_out = len(snapshot.signals) - len(shown[-8:])
    if left_out > 0:
        blocks.append(context(f"{left_out} more are not shown: older, deleted, or held for a person to look at."))
    return Drawing("evidence", f"What was reported: {len(shown)} signals", blocks)


def _signal(signal: Signal) -> list[Block]:
    title = one_line(signal.title) or (signal.summary.title if signal.summary else signal.external_id)
    who = f" by <@{signal.author}>" if signal.source == "slack" and signal.author.isalnum() else ""
    label = limits.cut(title, 180)
    line = f"*{plain(signal.source)}* {link(signal.url, label)}{who}, {moment(signal.happened_at)}"
    if signal.reach > 1:
        line += f", met by {signal.reach}"
    blocks: list[Block] = [section(line), preformatted(limits.cut_middle(signal.body, 700))]
    if signal.grouping is not None and signal.grouping.candidate is not None:
        blocks.append(context(f"Here because: {plain(limits.cut(signal.grouping.reason, 280))}"))
    return blocks


def cause(snapshot: Snapshot, found: Research) -> Drawing:
    """What research found, with what was rejected."""
    blocks: list[Block] = [
        section(f"*{plain(found.headline)}*"),
        section(plain(limits.cut(found.cause or "The cause is not known yet.", 1_500))),
    ]
    blocks += [section(f"• {plain(each.claim)} {_cited(each.evidence)}") for each in found.findings[:4]]
    rejected = [each for each in found.hypotheses if each.standing is Standing.REJECTED]
    blocks += [context(f"Ruled out: {plain(each.statement)} {plain(each.why)}") for each in rejected[:3]]
    urgency = f"{found.priority.value}: {plain(found.priority_reason)}"
    blocks.append(context(f"Confidence: {found.confidence.value}. {urgency}"))
    if snapshot.report.verdict is not None and snapshot.report.status is Status.GATHERING:
        blocks.append(section(f":grey_question: {plain(snapshot.report.verdict.reason)} {plain(found.missing)}"))
    return Drawing("cause", f"The cause: {limits.cut(found.headline, 200)}", blocks)


def _cited(cited: tuple[Evidence, ...]) -> str:
    places = [f"`{each.where.replace('`', '')}:{each.line}`" for each in cited if each.line is not None]
    return f"({', '.join(dict.fromkeys(places))})" if places else ""


def plan(snapshot: Snapshot, shown: ShownPlan) -> Drawing:
    """One revision of the plan, with buttons while it can be decided on."""
    body = shown.body
    name = "The plan" if shown.revision == 1 else f"The plan, revision {shown.revision}"
    blocks: list[Block] = [header(f"{name}: {one_line(body.title)}")]
    if shown.because:
        blocks.append(context(f"Revised because: {plain(limits.cut(shown.because, 500))}"))
    blocks += [
        section(plain(limits.cut(body.approach, 1_800))),
        section(f"*Files* {', '.join(f'`{path.replace(chr(96), chr(39))}`' for path in body.files[:12])}"),
        section(f"*Test* {plain(limits.cut(body.test, 900))}"),
        section(f"*Risk* {plain(body.risk)}\n*Should change afterwards* {plain(body.measure)}"),
    ]
    blocks += _decision(snapshot, shown)
    return Drawing(f"plan:{shown.revision}", f"{name}: {limits.cut(one_line(body.title), 200)}", blocks)


def _decision(snapshot: Snapshot, shown: ShownPlan) -> list[Block]:
    report = snapshot.report
    decided = next((each for each in snapshot.approvals if each.plan_revision == shown.revision
                    and each.decision in (Decision.APPROVE, Decision.NOT_NOW)), None)  # fmt: skip
    if decided is not None:
        verb = "approved this" if decided.decision is Decision.APPROVE else "said: not now"
        return [context(f"<@{decided.by}> {verb}, {moment(decided.at)}, by {decided.via}.")]
    if shown.revision != report.plan_revision:
        return [context("This plan was replaced by a newer one.")]
    if report.status is not Status.AWAITING_APPROVAL:
        return [context("This plan can no longer be decided on.")]
    value = Choice(report_id=report.id or 0, plan_revision=shown.revision, plan_hash=shown.hash).model_dump_json()
    return [
        buttons(
            button("Approve", action_id(Action.APPROVE), value, style="primary"),
            button("Not now", action_id(Action.NOT_NOW), value),
        ),
        context('Or reply here: "approve" or "not now" decides; any other words of an approver change the plan.'),
    ]


def question(snapshot: Snapshot, asked: AskedQuestion) -> Drawing:
    """The question, with its options while it is open."""
    blocks: list[Block] = [section(f"*{plain(asked.body.text)}*")]
    if asked.body.why:
        blocks.append(context(plain(asked.body.why)))
    if asked.answered_at is not None:
        blocks.append(context(f"<@{asked.answered_by}> answered: {plain(limits.cut(asked.answer, 500))}"))
    elif snapshot.report.status is Status.AWAITING_ANSWER:
        options = [
            button(
                option,
                action_id(Action.ANSWER, number),
                Choice(report_id=snapshot.report.id or 0, option=number).model_dump_json(),
            )
            for number, option in enumerate(asked.body.options)
        ]
        if options:
            blocks.append(buttons(*options))
        blocks.append(context("Press one, or answer in your own words here."))
    return Drawing(f"question:{asked.id}", f"A question: {limits.cut(asked.body.text, 200)}", blocks)


def proof(fix: Fix) -> Drawing:
    """The new tests before and after the change."""
    shown = fix.proof
    if shown is None:
        raise ValueError("a fix without a proof has nothing to draw")
    held = "The new test fails without the fix and passes with it; the whole suite passes."
    blocks: list[Block] = [
        section(f":test_tube: *{held if shown.holds else plain(shown.why_not)}*"),
        context("Before the change"),
        preformatted(shown.before_log),
        context("After the change"),
        preformatted(limits.cut_middle(shown.after_log, 1_500)),
        context("Whole suite"),
        preformatted(limits.cut_middle(shown.suite_log, 1_500)),
    ]
    return Drawing(f"proof:{fix.id}", "The proof of the fix", blocks)


def pull_request(snapshot: Snapshot, fix: Fix) -> Drawing:
    """The pull request and its checks, one message that is edited."""
    title = fix.submission.title if fix.submission else f"#{fix.number}"
    blocks: list[Block] = [
        section(f":twisted_rightwards_arrows: {link(fix.url, f'#{fix.number} {title}')}"),
        context(f"round {fix.rounds} · {checks_line(fix.checks)} · {'ready for review' if fix.ready else 'draft'}"),
    ]
    if fix.merged_at is not None:
        blocks.append(context(f"Merged by {plain(fix.merged_by)}, {moment(fix.merged_at)}."))
    elif snapshot.report.status is Status.AWAITING_REVIEW:
        blocks.append(section("It is green and ready. A person must review and merge it; I never merge."))
    return Drawing(f"pull_request:{fix.id}", f"Pull request #{fix.number}", blocks)


def _outcome(snapshot: Snapshot) -> Drawing | None:
    """The last word, as a new message, because people should hear of it."""
    report = snapshot.report
    if report.status is Status.AWAITING_REVIEW:
        fix = _latest(snapshot)
        number = fix.number if fix else ""
        text = f"Pull request #{number} is green and ready for your review."
        return Drawing(f"ready:{number}", text, [section(f":eyes: {text}")])
    if report.status is Status.RESOLVED:
        text = "Resolved: nothing came back after the merge."
        return Drawing("resolved", text, [section(f":white_check_mark: {text}")])
    if report.status is Status.STUCK:
        why = snapshot.entries[-1].text if snapshot.entries else ""
        text = f"I am stuck: {limits.cut(why, 1_500)}"
        value = Choice(report_id=report.id or 0).model_dump_json()
        retry = buttons(
            button("Retry", action_id(Action.RETRY), value), button("Dismiss", action_id(Action.DISMISS), value)
        )
        return Drawing(f"stuck:{report.attempt}", text, [section(f":warning: {plain(text)}"), retry])
    if report.status in CLOSED:
        text = f"Dismissed: {report.dismissed_because or 'no reason was given'}. Why? A reply here helps the next time."
        return Drawing("dismissed", text, [section(f":no_entry_sign: {plain(text)}")])
    return None


def _latest(snapshot: Snapshot) -> Fix | None:
    return snapshot.fixes[-1] if snapshot.fixes else None


def _sources(signals: list[Signal]) -> str:
    return ", ".join(dict.fromkeys(plain(signal.source) for signal in signals)) or "nowhere yet"
