"""Which blocks exist, what each may hold, and what a message or a view made of them may hold as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from playground.workspace.block_check import MAX_ID, Place, Rule
from playground.workspace.element_rules import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, image
from playground.workspace.problems import InvalidBlocks, SlackError
from playground.workspace.records import Json
from playground.workspace.rich_text_rules import rich_text

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_PAYLOAD = 13_200
MAX_MARKDOWN = 12_000
MAX_VIEW_BYTES = 250_000
NARROW_TITLE = 24


def _section(place: Place, block: Json) -> None:
    if block.get("text") is None and block.get("fields") is None:
        place.wrong("missing required field: text")
    place.text(block, "text", 3000)
    if block.get("fields") is not None:
        for where, text in place.at("fields").items(block["fields"], 1, 10):
            where.text_object(text, 2000)
    if block.get("accessory") is not None and (found := place.at("accessory").object(block["accessory"])) is not None:
        check_element(place.at("accessory"), found, IN_SECTION)


def _header(place: Place, block: Json) -> None:
    place.text(block, "text", 150, plain=True, required=True)


def _context(place: Place, block: Json) -> None:
    for where, element in place.at("elements").items(block.get("elements"), 1, 10):
        if element.get("type") == "image":
            image(where, element)
        else:
            where.text_object(element, 3000)


def _actions(place: Place, block: Json) -> None:
    elements = block.get("elements")
    for where, element in place.at("elements").items(elements, 1, 25):
        check_element(where, element, IN_ACTIONS)
    if isinstance(elements, list):
        place.unlike_each_other(elements, "action_id")


def _input(place: Place, block: Json) -> None:
    place.text(block, "label", 2000, plain=True, required=True)
    place.text(block, "hint", 2000, plain=True)
    if (element := place.at("element").object(block.get("element"))) is not None:
        check_element(place.at("element"), element, IN_INPUT)


def _image(place: Place, block: Json) -> None:
    image(place, block)
    place.text(block, "title", 2000, plain=True)


def _markdown(place: Place, block: Json) -> None:
    place.string(block, "text", MAX_MARKDOWN, required=True)


def _table(place: Place, block: Json) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        place.at("rows").wrong("must be a list of 1 to 100 rows")
        return
    for index, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= 20:
            place.at("rows", index).wrong("must be a list of 1 to 20 cells")


def _card(place: Place, block: Json) -> None:
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        place.text(block, key, most)


def _unchecked(place: Place, block: Json) -> None:
    """A block that exists, and whose inside is not checked here."""


RULES: Mapping[str, Rule] = {
    "section": _section,
    "header": _header,
    "divider": _unchecked,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "rich_text": rich_text,
    "markdown": _markdown,
    "table": _table,
    "card": _card,
    **dict.fromkeys(
        (
            "alert",
            "call",
            "carousel",
            "container",
            "context_actions",
            "data_table",
            "data_visualization",
            "file",
            "plan",
            "task_card",
            "video",
        ),
        _unchecked,
    ),
}


def check_blocks(place: Place, blocks: Any, most: int) -> None:
    """Every complaint about a list of blocks, put into `place.errors`."""
    for where, block in place.items(blocks, 0, most):
        kind = block.get("type")
        rule = RULES.get(kind) if isinstance(kind, str) else None
        if rule is None:
            where.at("type").wrong(f"unsupported type: {kind}")
            continue
        where.block_id(block)
        rule(where, block)
    markdown = [b["text"] for b in blocks if _is_markdown(b)] if isinstance(blocks, list) else []
    if sum(map(len, markdown)) > MAX_MARKDOWN:
        place.wrong(f"markdown blocks must have less than {MAX_MARKDOWN + 1} characters together")


def _is_markdown(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "markdown" and isinstance(block.get("text"), str)


def checked_blocks(blocks: Any, fresh_id: Callable[[str], str]) -> list[Json]:
    """The blocks of a message with missing ids filled in. Raises InvalidBlocks or msg_blocks_too_long."""
    if not blocks:
        return []
    errors: list[str] = []
    check_blocks(Place(errors, "/blocks"), blocks, MAX_MESSAGE_BLOCKS)
    if errors:
        raise InvalidBlocks(errors)
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > MAX_PAYLOAD:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks, fresh_id)


def check_view(view: Any) -> list[str]:
    """Every complaint about a modal or a Home tab."""
    errors: list[str] = []
    place = Place(errors, "/view")
    if (found := place.object(view)) is None:
        return errors
    if found.get("type") not in ("modal", "home"):
        place.at("type").wrong("must be one of: modal, home")
    if found.get("type") == "modal":
        place.text(found, "title", NARROW_TITLE, plain=True, required=True)
    for key in ("submit", "close"):
        place.text(found, key, NARROW_TITLE, plain=True)
    place.string(found, "private_metadata", 3000)
    place.string(found, "callback_id", MAX_ID)
    check_blocks(place.at("blocks"), found.get("blocks"), MAX_VIEW_BLOCKS)
    blocks = found.get("blocks")
    asks = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if asks and found.get("type") == "modal" and not found.get("submit"):
        place.wrong("missing required field: submit")
    if len(json.dumps(found, ensure_ascii=False).encode()) > MAX_VIEW_BYTES:
        place.wrong(f"must be less than {MAX_VIEW_BYTES} bytes")
    return errors


def with_ids(blocks: list[Json], fresh_id: Callable[[str], str]) -> list[Json]:
    """A deep copy in which every block has a block_id and every interactive element an action_id."""
    filled: list[Json] = json.loads(json.dumps(blocks))
    for block in filled:
        block.setdefault("block_id", fresh_id("b"))
        for element in elements_of(block):
            element.setdefault("action_id", fresh_id("a"))
    return filled


def elements_of(block: Json) -> list[Json]:
    """The interactive elements of one block."""
    if block["type"] == "actions":
        return list(block["elements"])
    single = block.get("accessory") or (block.get("element") if block["type"] == "input" else None)
    return [single] if single and single.get("type") != "image" else []
