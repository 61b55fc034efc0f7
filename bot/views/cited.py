"""What an agent claims, and where what it rests on can be looked up. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.views import parts
from bot.views.parts import Link, Mention, Piece, Words, code
from bot.views.scene import Scene, address_of, spot_of
from bot.views.words import source_name, title_of
from storage.judgments import Evidence, EvidenceKind, Finding

QUOTE = 120  # characters
_PERSON = re.compile(r"\b[UW][A-Z0-9]{2,20}\b")
_NAMED = 80  # characters of a signal that is cited
_RUN, _OUTCOME = 72, 100  # of a command or a look-up, and of what came of it
_ANSWERED = frozenset({EvidenceKind.COMMAND, EvidenceKind.QUERY})


def brief(quote: str) -> str:
    """A quote in a line."""
    return textwrap.shorten(quote, QUOTE, placeholder=" …")


def claimed(finding: Finding, scene: Scene) -> list[Piece]:
    """What is claimed, and where it can be looked up; of what was run or asked, what came of it."""
    line: list[Piece] = [*with_people(parts.prose(finding.claim, 300), scene)]
    places = dict.fromkeys(tuple(_shown(evidence, scene)) for evidence in finding.evidence[:3])
    for number, place in enumerate(places):
        line += [" · " if number else " ", *place]
    return line


def _shown(evidence: Evidence, scene: Scene) -> Iterator[Piece]:
    """Its place. What was run or asked stands nowhere else: of that, the words on which the claim rests, too."""
    yield place_of(evidence, scene)
    if evidence.kind in _ANSWERED:
        quote = textwrap.shorten(evidence.quote, _OUTCOME, placeholder=" …")
        yield from with_people([Words(f" “{quote}”", limit=_OUTCOME + 4)], scene)


def with_people(pieces: Sequence[Piece], scene: Scene) -> Iterator[Piece]:
    """The pieces, with approvers and who acted on the report by their names: agents know their ids alone."""
    acted = {asked.asked_by for asked in scene.snapshot.inquiries} | {each.by for each in scene.snapshot.approvals}
    known = acted | set(scene.approvers)
    for piece in pieces:
        if not isinstance(piece, Words) or piece.code:
            yield piece
            continue
        end = 0
        for named in _PERSON.finditer(piece.text):
            if named[0] in known:
                yield replace(piece, text=piece.text[end : named.start()])
                yield Mention(named[0])
                end = named.end()
        yield replace(piece, text=piece.text[end:])


def place_of(evidence: Evidence, scene: Scene) -> Piece:
    """Where it stands: a signal by its title, as a link; anything else as code, a long command by its beginning."""
    if evidence.kind is EvidenceKind.SIGNAL:
        return _signal(evidence.where, scene)
    if evidence.kind in _ANSWERED:
        where = " ".join(evidence.where.split())
        return code(where if len(where) <= _RUN else f"{where[: _RUN - 1]}…")
    return code(f"{evidence.where}:{evidence.line}" if evidence.line is not None else evidence.where)


def _signal(external_id: str, scene: Scene) -> Piece:
    cited = next((each for each in scene.signals if each.external_id == external_id), None)
    if cited is not None:
        return Link(cited.url, f"{source_name(cited.source)}: {title_of(cited)}"[:_NAMED])
    spot = spot_of(external_id)
    if spot is None:
        return code(external_id)
    return Link(address_of(scene.site, spot.channel, spot.ts) if scene.site else "", "a message in Slack")
