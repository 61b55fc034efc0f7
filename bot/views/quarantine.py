"""The quarantine: who said what, why it is held, and a button to restore it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.actions import Action, HeldChoice, HeldTurn, Pardoned
from bot.views import parts
from bot.views.escape import one_line, plain
from bot.views.parts import Link, Mention, Moment, Piece, Room, Sign, Words, bold, code
from bot.views.words import as_written, plural, source_name
from storage.raw import SLACK
from storage.records import Signal
from storage.signals.pardons import Restored
from storage.signals.quarantine import Held, HeldPage

NOTHING = "Nothing is held."
PAGE = 5  # signals; three blocks each
RESTORED = 3  # of the latest restored; two blocks each
_QUOTE = 300
_NAMED = 60  # characters of what was restored, by which it is known
_SOURCES = 5  # that a note names


def title(page: HeldPage) -> str:
    """How much is held."""
    return f"Held: {page.total}" if page.total else NOTHING


def held(page: HeldPage, before: int = 0, restored: Sequence[Restored] = ()) -> list[Block]:
    """One page of what may be seen here; `before` is where it begins, 0 for the newest. Then what was restored."""
    if not page.total:
        return [parts.paragraph(NOTHING), *_let_through(restored)]
    blocks: list[Block] = [
        parts.paragraph(bold(f"{title(page)}. "), "No agent has read these. Restore what an agent may read.")
    ]
    for signal in page.signals:
        value = HeldChoice(signal_id=signal.id or 0, revision=signal.revision, before=before).json_text
        restore = parts.button("Restore", Action.RESTORE, value, number=signal.id)
        blocks += [parts.paragraph(*_line(signal)), parts.preformatted(_quote(signal), _QUOTE), parts.buttons(restore)]
    turns = [
        parts.button(label, Action.HELD_PAGE, HeldTurn(before=to).model_dump_json(), number=number)
        for number, (label, to, wanted) in enumerate(
            (("Newest", 0, before > 0), ("Older", page.next_before, page.next_before > 0))
        )
        if wanted
    ]
    return [*blocks, *([parts.buttons(*turns)] if turns else []), *_let_through(restored)]


def _let_through(restored: Sequence[Restored]) -> list[Block]:
    """What is not held any more because somebody restored one of the kind."""
    if not restored:
        return []
    blocks: list[Block] = [parts.paragraph(bold("Restored lately. "), "The same from these sources is not held again.")]
    for each in restored:
        signal, value = each.signal, Pardoned(signal_id=each.signal.id or 0).json_text
        why = each.threat.replace("_", " ") or "could not be judged"
        line = f"{source_name(signal.source)} {_known_by(signal)} ({why}), restored by "
        passed = f", which let {plural(each.used, 'later one')} pass" if each.used else ""
        blocks += [
            parts.paragraph(Words(line, limit=300), Mention(each.by), ", ", Moment(each.at), passed),
            parts.buttons(parts.button("Hold again", Action.HOLD_AGAIN, value, number=signal.id)),
        ]
    return blocks


def _known_by(signal: Signal) -> str:
    """By what people know a signal that was restored: its id, or the first words of what has none."""
    if signal.source != SLACK:
        return signal.external_id
    words = one_line(as_written(signal.title or signal.body, signal))
    return f"“{words[:_NAMED]}{'…' if len(words) > _NAMED else ''}”"


def note(held: Sequence[Held]) -> tuple[str, list[Block]]:
    """What a channel hears of signals that were held lately: how many, why, and how to look. None of their words."""
    many = plural(len(held), "signal")
    were, them, they = ("was", "it", "") if len(held) == 1 else ("were", "them", "the first ")
    unjudged = sum(each.threat is None for each in held)
    threats = Counter(each.threat.value.replace("_", " ") for each in held if each.threat is not None)
    why = [f"{count} for {threat}" for threat, count in threats.most_common()]
    why += [f"{unjudged} because nobody could judge {'it' if unjudged == 1 else 'them'}"] if unjudged else []
    sources = Counter(source_name(each.source) for each in held)
    whence = ", ".join(f"{name} ({count})" for name, count in sources.most_common(_SOURCES))
    rest = f" and {plural(len(sources) - _SOURCES, 'other source')}" if len(sources) > _SOURCES else ""
    head = f"{many} {were} held by the screen"
    show = parts.button(f"Show {them}", Action.HELD_SHOW, HeldTurn(before=0).model_dump_json())
    return f"{head}.", [
        parts.paragraph(Sign("lock"), " ", bold(head), f", {they}", Moment(min(each.received_at for each in held)),
                        f", and no agent has read {them}: ", ", ".join(why), ". From ", Words(whence, limit=300),
                        f"{rest}."),
        parts.paragraph(code("/signalbox held"), f" shows {them} too. There an approver restores what an agent may "
                        "read, and the same is not held again. This note comes once an hour at most."),
        parts.buttons(show),
    ]  # fmt: skip


def why_held(signal: Signal) -> str:
    """What who asked hears, in mrkdwn."""
    why = signal.screening.reason if signal.screening is not None else ""
    said = plain(one_line(as_written(signal.title or signal.body, signal)), 80)
    because = f" Why: {plain(one_line(why), 300)}" if why else ""
    steers = signal.screening is not None and signal.screening.threat is not None
    cause = "because it looks like an attempt to steer one" if steers else "because it could not be judged"
    return (
        f"You asked me to look into “{said}”. It is held, and no agent has read it, {cause}.{because} "
        "`/signalbox held` shows it, and an approver can let it go there."
    )


def _line(signal: Signal) -> list[Piece]:
    """Who, when, where and why. Only Slack's own address of a message becomes a link: others are the source's word."""
    why = signal.screening
    if why is not None and why.threat is not None:
        line: list[Piece] = [
            "Looks like an attempt to steer an agent (",
            bold(why.threat.value.replace("_", " ")),
            "), ",
        ]
    else:
        line = [bold("Could not be judged"), ", so it waits for a person, "]
    if signal.source == "slack":
        line += [Mention(signal.author), " in ", Room(signal.channel), ", ", Moment(signal.received_at)]
        line += [", ", Link(signal.url, "the message")] if signal.url else []
    else:
        named = f"{signal.author} in " if signal.author else ""
        line += [Words(f"{named}{source_name(signal.source)} {signal.external_id}", limit=200)]
        line += [", ", Moment(signal.received_at)]
    if why is not None and why.reason:
        line += [". ", Words(why.reason, italic=True, limit=300)]
    return line


def _quote(signal: Signal) -> str:
    """Exactly what it is: by this people judge it."""
    why = signal.screening
    return why.quote if why is not None and why.quote else signal.body or signal.title
