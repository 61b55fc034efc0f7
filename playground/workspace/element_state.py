"""Interactive elements as a person finds them in blocks, and what their use looks like in a payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.workspace.block_rules import elements_of
from playground.workspace.problems import PersonCannot
from playground.workspace.records import Json

ONE_OPTION = ("static_select", "radio_buttons", "overflow")
MANY_OPTIONS = ("checkboxes", "multi_static_select")
PICKED = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def find(blocks: Sequence[Json], action_id: str, value: str | None, user_id: str) -> tuple[Json, Json]:
    """The block and the element with this action id. Raises PersonCannot unless exactly one fits.

    For a button `value` must be its value, when given; elsewhere it is the option to choose.
    """
    pairs = [(block, element) for block in blocks for element in elements_of(block)]
    there = [pair for pair in pairs if pair[1].get("action_id") == action_id]
    fitting = [
        (block, element)
        for block, element in there
        if value is None or element["type"] != "button" or element.get("value") == value
    ]
    if not fitting:
        found = ", ".join(sorted({str(element.get("action_id")) for _, element in pairs})) or "none at all"
        wanted = action_id if value is None else f"{action_id} with value {value}"
        raise PersonCannot(f"the message has nothing to press named {wanted}; it has: {found}")
    if len(fitting) > 1:
        raise PersonCannot(f"the message has {len(fitting)} elements named {action_id}: say which by its value")
    allowed = fitting[0][1].get("visible_to_user_ids")
    if allowed and user_id not in allowed:
        raise PersonCannot(f"{user_id} does not see {action_id}: it is shown to {', '.join(allowed)} only")
    return fitting[0]


def chosen(element: Json, value: Any) -> Json:
    """The element as `actions` or `state` of a payload carry it once `value` was typed, picked or pressed."""
    kind = element["type"]
    used: Json = {"type": kind, "action_id": element["action_id"]}
    if kind == "button":
        return used | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    if kind in ONE_OPTION:
        return used | {"selected_option": _options(element, [value])[0] if value else None}
    if kind in MANY_OPTIONS:
        values = [value] if isinstance(value, str) else list(value or ())
        return used | {"selected_options": _options(element, values)}
    return used | {PICKED.get(kind, "value"): value}


def _options(element: Json, values: Sequence[Any]) -> list[Json]:
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    options = {option["value"]: option for group in groups for option in group["options"]}
    for value in values:
        if value not in options:
            raise PersonCannot(f"{element['action_id']} offers no option {value!r}, only {', '.join(options)}")
    return [options[value] for value in values]


def state_values(blocks: Sequence[Json], values: Mapping[str, Mapping[str, Any]]) -> Json:
    """`state.values` of a submitted view. Raises PersonCannot for blocks that are not there or left empty."""
    state: Json = {}
    inputs = {block["block_id"]: block for block in blocks if block["type"] == "input"}
    strangers = sorted(set(values) - set(inputs))
    if strangers:
        raise PersonCannot(f"the modal has no input {strangers[0]}; it has: {', '.join(inputs) or 'none'}")
    for block_id, block in inputs.items():
        element = block["element"]
        given = values.get(block_id, {}).get(element["action_id"], _initial(element))
        if given in (None, "", []) and not block.get("optional"):
            raise PersonCannot(f"the modal's input {block_id} must be filled in")
        entry = given if isinstance(given, dict) else chosen(element, given or None)
        state[block_id] = {element["action_id"]: {k: v for k, v in entry.items() if k != "action_id"}}
    return state


def _initial(element: Json) -> Any:
    option = element.get("initial_option")
    if option:
        return option["value"]
    return element.get("initial_value")
