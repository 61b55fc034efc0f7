"""The root message of a report, edited through its whole life."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from agents.wording import moment
from bot.actions import Action, Choice
from bot.views import how_far, parts, taken
from bot.views.asleep import asleep, on_card
from bot.views.before import came_before
from bot.views.drawing import Drawing
from bot.views.escape import link, plain
from bot.views.parts import Markup, Sign, Words, bold
from bot.views.scene import Scene
from bot.views.words import SIGNS, footer, it_was, plural, source_name, waits_for
from storage.calling import called
from storage.linked import LinkedIssue
from storage.status import CLOSED, Status, Visibility

CARD = "card"
_LINKED = 4  # issues that are named
_ASK_DISMISS = (
    "The report is closed, and no fix is made. Later signals of the same problem are kept with it for 30 days; "
    "whoever asks for it gets a new report."
)


def card(scene: Scene) -> Drawing:
    """What it is about, what it waits for, and what can be pressed."""
    report = scene.report
    status = waits_for(scene, _pull_request_name(scene))
    blocks: list[Block] = [
        parts.header(called(report)),
        *_named(scene),
        parts.paragraph(Sign(SIGNS[report.status]), " ", bold(status, 600)),
    ]
    blocks += [*how_far.on_card(scene), *taken.on_card(scene), *on_card(scene)]
    if report.gist:
        blocks.append(parts.paragraph(*parts.prose(report.gist, 1_200)))
    if scene.snapshot.regression_of is not None:
        blocks.append(parts.paragraph(Sign("repeat"), " ", *came_before(scene, scene.snapshot.regression_of)))
    if report.note and not how_far.is_past(report, scene.snapshot.going):
        stopped = it_was(scene.moves[-1]) if report.status is Status.STUCK and scene.moves else []
        blocks.append(parts.paragraph(Words(report.note, italic=True, limit=700), *stopped))
        blocks += how_far.tried_again(scene)
    blocks.append(parts.context(_facts(scene), *_links(scene)))
    if (tracked := scene.snapshot.tracked) is not None and tracked.trouble:
        blocks.append(parts.context(f"Its Linear issue waits: {tracked.trouble}"[:600]))
    if pressed := _buttons(scene):
        blocks.append(parts.buttons(*pressed))
    blocks.append(parts.context(footer(scene.snapshot)))
    return Drawing(CARD, f"{report.ref} {called(report)} — {status}", blocks)


def _facts(scene: Scene) -> str:
    report = scene.report
    sources = ", ".join(source_name(source) for source in scene.snapshot.gathered.sources)
    facts = [plural(scene.shown, "signal") + (f" from {sources}" if sources else "")]
    if report.priority is not None:
        facts.insert(0, report.priority.value)
    if report.repository:
        facts.append(report.repository)
    if report.visibility is Visibility.PRIVATE:
        facts.append("only in this channel")
    return " · ".join(facts)


def _links(scene: Scene) -> list[Markup]:
    links = []
    plan, fix = scene.plan, scene.fix
    if plan is not None and plan.posted_ts and scene.address():
        links.append(Markup(link(scene.address(plan.posted_ts), "the plan")))
    if fix is not None and fix.number is not None:
        links.append(Markup(link(fix.url, f"pull request #{fix.number}")))
    if (tracked := scene.snapshot.tracked) is not None and tracked.identifier:
        links.append(Markup(link(tracked.url, tracked.identifier)))
    links += _linked(scene.snapshot.linked)
    if scene.report.status is Status.AWAITING_PROOF and scene.report.soak_until is not None:
        links.append(Markup(plain("watching until ") + moment(scene.report.soak_until)))
    return links


def _linked(issues: Sequence[LinkedIssue]) -> list[Markup]:
    """What people linked, and who did: the merge closes the repository's own of them, so none is passed over."""
    told = [Markup(f"{link(each.url, each.called)}, linked by <@{each.by}>") for each in issues[:_LINKED]]
    more = len(issues) - len(told)
    return [*told, Markup(f"and {plural(more, 'more linked issue')}")] if more else told


def _named(scene: Scene) -> list[Block]:
    """Who wrote the headline, where that is a person: the rest of the card is ours."""
    by = scene.snapshot.named_by
    return [parts.context(Markup(f"Called so by <@{by}>."))] if scene.report.name and by else []


def _buttons(scene: Scene) -> list[ButtonElement]:
    if scene.report.status in CLOSED:
        return []
    value = Choice(report_id=scene.report_id).json_text
    wake = parts.button("Wake", Action.WAKE, value)
    snooze = wake if asleep(scene) else parts.button("Snooze…", Action.SLEEP, value)
    return [*_decisions(scene, value), *taken.button(scene), snooze]


def _decisions(scene: Scene, value: str) -> list[ButtonElement]:
    dismiss = parts.button("Dismiss", Action.DISMISS, value, confirm=_ASK_DISMISS)
    match scene.report.status:
        case Status.STUCK:
            return [parts.button("Retry", Action.RETRY, value, style="primary"), dismiss]
        case Status.GATHERING:
            return [parts.button("Ask again" if scene.plan else "Investigate", Action.RETRY, value), dismiss]
        case Status.AWAITING_APPROVAL | Status.AWAITING_ANSWER | Status.AWAITING_RESEARCH:
            return [dismiss]
        case _:
            return []


def _pull_request_name(scene: Scene) -> str:
    fix = scene.fix
    return f"pull request #{fix.number}" if fix is not None and fix.number is not None else "the pull request"
