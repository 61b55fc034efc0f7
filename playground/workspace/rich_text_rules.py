"""What a rich_text block may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playground.workspace.block_check import Place
from playground.workspace.records import Json

MANY = 2000
LEAVES: Mapping[str, str | None] = {  # the element's type, and the field it cannot do without
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "broadcast": "range",
    "color": "value",
    "date": "timestamp",
}


def rich_text(place: Place, block: Json) -> None:
    for where, element in place.at("elements").items(block.get("elements"), 1, MANY):
        kind = element.get("type")
        inner = where.at("elements").items(element.get("elements"), 0, MANY)
        if kind == "rich_text_list":
            where.one_of(element, "style", ("bullet", "ordered"))
            _sections(inner)
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            for spot, leaf in inner:
                _leaf(spot, leaf)
        else:
            where.at("type").wrong(f"unsupported type: {kind}")


def _sections(inner: Iterable[tuple[Place, Json]]) -> None:
    for spot, section in inner:
        if section.get("type") != "rich_text_section":
            spot.at("type").wrong("must be rich_text_section")
            continue
        for leaf_spot, leaf in spot.at("elements").items(section.get("elements"), 0, MANY):
            _leaf(leaf_spot, leaf)


def _leaf(place: Place, leaf: Json) -> None:
    kind = leaf.get("type")
    if not isinstance(kind, str) or kind not in LEAVES:
        place.at("type").wrong(f"unsupported type: {kind}")
        return
    needed = LEAVES[kind]
    if needed == "timestamp":
        if not isinstance(leaf.get("timestamp"), int):
            place.wrong("missing required field: timestamp")
    elif needed is not None:
        place.string(leaf, needed, 3000 if needed == "url" else 12_000, required=True)
