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


def brief(quote: str) -> str:
    """A quote in a line."""
    return textwrap.shorten(quote, QUOTE, placeholder=" …")


def claimed(finding: Finding, scene: Scene) -> list[Piece]:
    """What is claimed, and where it can be looked up."""
    line: list[Piece] = [*with_people(parts.prose(finding.claim, 300), scene)]
    places = dict.fromkeys(place_of(evidence, scene) for evidence in finding.evidence[:3])
    for number, place in enumerate(places):
        line += [" · " if number else " ", place]
    return line


def with_people(pieces: Sequence[Piece], scene: Scene) -> Iterator[Piece]:
    """The pieces, with people who acted on the report by their names: agents know their ids alone."""
    known = {asked.asked_by for asked in scene.snapshot.inquiries} | {each.by for each in scene.snapshot.approvals}
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
    """Where it stands: a signal by its title, as a link; anything else as code."""
    if evidence.kind is EvidenceKind.SIGNAL:
        return _signal(evidence.where, scene)
    return code(f"{evidence.where}:{evidence.line}" if evidence.line is not None else evidence.where)


def _signal(external_id: str, scene: Scene) -> Piece:
    cited = next((each for each in scene.signals if each.external_id == external_id), None)
    if cited is not None:
        return Link(cited.url, f"{source_name(cited.source)}: {title_of(cited)}"[:_NAMED])
    spot = spot_of(external_id)
    if spot is None:
        return code(external_id)
    return Link(address_of(scene.site, spot.channel, spot.ts) if scene.site else "", "a message in Slack")
