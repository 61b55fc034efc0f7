"""What each interactive element of Block Kit must look like."""

from __future__ import annotations

from collections.abc import Mapping

from playground.workspace.block_check import MAX_ID, Place, Rule
from playground.workspace.records import Json

MAX_PLACEHOLDER = 150


def check_element(place: Place, element: Json, allowed: Mapping[str, Rule]) -> None:
    """An element whose type is in `allowed`, by that type's rule."""
    kind = element.get("type")
    rule = allowed.get(kind) if isinstance(kind, str) else None
    if rule is None:
        place.at("type").wrong(f"unsupported type: {kind}")
        return
    place.string(element, "action_id", MAX_ID)
    if element.get("confirm") is not None and (confirm := place.at("confirm").object(element["confirm"])) is not None:
        _confirm(place.at("confirm"), confirm)
    rule(place, element)


def _confirm(place: Place, confirm: Json) -> None:
    place.text(confirm, "title", 100, plain=True, required=True)
    place.text(confirm, "text", 300, required=True)
    place.text(confirm, "confirm", 30, plain=True, required=True)
    place.text(confirm, "deny", 30, plain=True, required=True)
    place.one_of(confirm, "style", ("primary", "danger"))


def _button(place: Place, element: Json) -> None:
    place.text(element, "text", 75, plain=True, required=True)
    place.string(element, "value", 2000)
    place.string(element, "url", 3000)
    place.string(element, "accessibility_label", 75)
    place.one_of(element, "style", ("primary", "danger"))


def _options(place: Place, element: Json, most: int, *, least: int = 1) -> None:
    for where, option in place.at("options").items(element.get("options"), least, most):
        where.text(option, "text", 75, required=True)
        where.string(option, "value", 150, required=True)
        where.text(option, "description", 75)


def _overflow(place: Place, element: Json) -> None:
    _options(place, element, 5)


def _choices(place: Place, element: Json) -> None:
    _options(place, element, 10)


def _static_select(place: Place, element: Json) -> None:
    _placeholder(place, element)
    if "option_groups" not in element:
        _options(place, element, 100)
        return
    for where, group in place.at("option_groups").items(element["option_groups"], 1, 100):
        where.text(group, "label", 75, plain=True, required=True)
        _options(where, group, 100)


def _placeholder(place: Place, element: Json) -> None:
    place.text(element, "placeholder", MAX_PLACEHOLDER, plain=True)


def _text_input(place: Place, element: Json) -> None:
    _placeholder(place, element)
    place.string(element, "initial_value", 3000)
    most = element.get("max_length")
    if most is not None and not (isinstance(most, int) and 0 < most <= 3000):
        place.at("max_length").wrong("must be between 1 and 3000")


def _nothing_more(place: Place, element: Json) -> None:
    """An element with no rule of its own."""


def image(place: Place, element: Json) -> None:
    if "slack_file" not in element:
        place.string(element, "image_url", 3000, required=True)
    place.string(element, "alt_text", 2000, required=True)


SELECTS: Mapping[str, Rule] = {
    "static_select": _static_select,
    "external_select": _placeholder,
    "users_select": _placeholder,
    "conversations_select": _placeholder,
    "channels_select": _placeholder,
}
MULTI_SELECTS: Mapping[str, Rule] = {
    "multi_static_select": _static_select,
    "multi_external_select": _placeholder,
    "multi_users_select": _placeholder,
    "multi_conversations_select": _placeholder,
    "multi_channels_select": _placeholder,
}
PICKERS: Mapping[str, Rule] = {
    "datepicker": _placeholder,
    "timepicker": _placeholder,
    "datetimepicker": _nothing_more,
    "checkboxes": _choices,
    "radio_buttons": _choices,
}
IN_ACTIONS: Mapping[str, Rule] = {"button": _button, "overflow": _overflow, **SELECTS, **MULTI_SELECTS, **PICKERS}
IN_SECTION: Mapping[str, Rule] = {**IN_ACTIONS, "image": image}
IN_INPUT: Mapping[str, Rule] = {
    "plain_text_input": _text_input,
    "rich_text_input": _placeholder,
    "number_input": _placeholder,
    "email_text_input": _placeholder,
    "url_text_input": _placeholder,
    "file_input": _nothing_more,
    **SELECTS,
    **MULTI_SELECTS,
    **PICKERS,
}
