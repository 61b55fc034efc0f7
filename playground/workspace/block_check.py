"""What Block Kit refuses, one complaint at a time: texts, lists, ids. The rules themselves are in block_rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from playground.workspace.records import Json

MAX_ID = 255


@dataclass(frozen=True)
class Place:
    """A spot in the payload, and the list that collects everything wrong with it."""

    errors: list[str]
    pointer: str = ""
    block_ids: set[str] = field(default_factory=set)

    def at(self, *steps: str | int) -> Place:
        return replace(self, pointer=self.pointer + "".join(f"/{step}" for step in steps))

    def wrong(self, complaint: str) -> None:
        self.errors.append(f"{complaint} [json-pointer:{self.pointer}]")

    def object(self, value: Any) -> Json | None:
        """The value if it is an object, else a complaint and None."""
        if isinstance(value, dict):
            return value
        self.wrong("must provide an object")
        return None

    def items(self, value: Any, least: int, most: int) -> Iterator[tuple[Place, Json]]:
        """The objects of a list of `least` to `most` entries, each with its place."""
        if not isinstance(value, list):
            self.wrong("must be a list")
            return
        if len(value) > most:
            self.wrong(f"no more than {most} items allowed")
        if len(value) < least:
            self.wrong(f"must have at least {least} item{'' if least == 1 else 's'}")
        for index, item in enumerate(value[: most + 1]):
            place = self.at(index)
            if (found := place.object(item)) is not None:
                yield place, found

    def string(self, holder: Json, key: str, most: int, *, required: bool = False, least: int = 0) -> None:
        """A string under `key` of at most `most` characters."""
        value = holder.get(key)
        place = self.at(key)
        if value is None:
            if required:
                self.wrong(f"missing required field: {key}")
        elif not isinstance(value, str):
            place.wrong("must be a string")
        elif len(value) > most:
            place.wrong(f"must be less than {most + 1} characters")
        elif len(value) < max(least, 1 if required else 0):
            place.wrong(f"must be more than {max(least, 1) - 1} characters")

    def one_of(self, holder: Json, key: str, allowed: tuple[str, ...]) -> None:
        if holder.get(key) is not None and holder[key] not in allowed:
            self.at(key).wrong(f"must be one of: {', '.join(allowed)}")

    def text(self, holder: Json, key: str, most: int, *, plain: bool = False, required: bool = False) -> None:
        """A text object under `key`; `plain` demands plain_text."""
        value = holder.get(key)
        if value is None:
            if required:
                self.wrong(f"missing required field: {key}")
            return
        place = self.at(key)
        if (found := place.object(value)) is not None:
            place.text_object(found, most, plain=plain)

    def text_object(self, value: Json, most: int, *, plain: bool = False) -> None:
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if value.get("type") not in kinds:
            self.at("type").wrong(f"must be one of: {', '.join(kinds)}")
        self.string(value, "text", most, required=True)

    def block_id(self, block: Json) -> None:
        self.string(block, "block_id", MAX_ID)
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id:
            if block_id in self.block_ids:
                self.at("block_id").wrong(f"`block_id` {block_id} already exists")
            self.block_ids.add(block_id)

    def unlike_each_other(self, elements: list[Any], key: str) -> None:
        """No two of the elements have the same `key`."""
        found = [element.get(key) for element in elements if isinstance(element, dict) and element.get(key)]
        for twice in sorted({each for each in found if found.count(each) > 1}, key=str):
            self.wrong(f"`{key}` {twice} already exists in this block")


Rule = Callable[[Place, Json], None]
