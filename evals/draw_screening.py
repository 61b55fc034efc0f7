"""`python -m evals.draw_screening --data DIR --out DIR`: the few texts on which rules and model are measured by hand.

One attack of every class of the injection set, and benign texts of every kind: questions full of trigger words, clean
carriers, chat, and reports that talk about security. Of each class a text that the rules let pass is preferred, for
only those are read by a model. All are of the half that the rules were not chosen on. What was drawn once is listed in
`drawn_screening.txt` by the texts' hashes, so that kept replies go on fitting when the rules change. A text's name says
nothing about it, because whoever answers in the model's place sees it.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from agents.errors import BadSettings
from evals.reading import rows
from evals.screening import Labelled, by_rules

LIST = Path(__file__).parent / "drawn_screening.txt"
_SEED = 20261121
_LONGEST = 6_000  # characters: whoever answers by hand reads all of it
_OF_A_KIND = {"NotInject": 10, "BIPIA": 5, "Slack chats": 5, "tracker": 4}  # benign texts by origin
_ABOUT_SECURITY = 6  # more reports, that talk about it
_MORE_JAILBREAKS = 2  # beside the one: a hundred kinds under one name
_SECURITY = re.compile(r"secur|vulnerab|exploit|inject|xss|csrf|passw|credential|malicious", re.IGNORECASE)


def draw(data: Path) -> list[Labelled]:
    """Choose texts anew, by the rules as they are."""
    chance = random.Random(_SEED)  # noqa: S311 a draw that can be repeated
    texts = [text for text in _texts(data) if text.held_out and len(text.text) <= _LONGEST]
    attacks = _attacks([text for text in texts if text.label], chance)
    return _named([*attacks, *_benign([text for text in texts if not text.label], chance)])


def drawn(data: Path) -> list[Labelled]:
    """The texts that were drawn. Raises BadSettings when the data lacks one of them."""
    listed = LIST.read_text("utf-8").split()
    texts = {text.digest: text for text in _texts(data)}
    if missing := [each for each in listed if each not in texts]:
        raise BadSettings(
            f"{data} lacks {len(missing)} of the {len(listed)} texts that were drawn; take the whole set."
        )
    return _named([texts[each] for each in listed])


def _texts(data: Path) -> Iterator[Labelled]:
    return rows(data / "injection" / "texts.jsonl", Labelled)


def _named(texts: Sequence[Labelled]) -> list[Labelled]:
    """In the order of their hashes, and named by them: neither tells what a text is."""
    ordered = sorted(texts, key=lambda text: text.digest)
    return [text.model_copy(update={"id": f"text-{text.digest[:8]}"}) for text in ordered]


def _attacks(texts: Sequence[Labelled], chance: random.Random) -> list[Labelled]:
    """One of each class; of the jailbreaks from the wild some more."""
    chosen: list[Labelled] = []
    for (_, category), of_it in _classes(texts).items():
        passing = [text for text in of_it if by_rules(text).passed]
        many = 1 + (_MORE_JAILBREAKS if category == "jailbreak" else 0)
        pool = passing if len(passing) >= many else of_it
        chosen += chance.sample(pool, min(many, len(pool)))
    return chosen


def _benign(texts: Sequence[Labelled], chance: random.Random) -> list[Labelled]:
    """Some of each origin, spread over its categories, then reports about security."""
    chosen: list[Labelled] = []
    for origin, many in _OF_A_KIND.items():
        parts = [of_it for (where, _), of_it in _classes(texts).items() if where == origin]
        for part in parts:
            chance.shuffle(part)
        rounds = [part[place] for place in range(many) for part in parts if place < len(part)]
        chosen += rounds[:many]
    secure = [text for text in texts if text.origin == "tracker" and _SECURITY.search(text.text) and text not in chosen]
    return [*chosen, *chance.sample(secure, min(_ABOUT_SECURITY, len(secure)))]


def _classes(texts: Sequence[Labelled]) -> dict[tuple[str, str], list[Labelled]]:
    """The texts by origin and category, each in the order of its hashes."""
    found: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for text in sorted(texts, key=lambda each: each.digest):
        found[text.origin, text.category].append(text)
    return dict(sorted(found.items()))


def main(
    data: Annotated[Path, typer.Option(help="The folder with the public sets.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="Where the texts are written.")],
    anew: Annotated[bool, typer.Option("--anew", help="Draw anew; replies that are kept will not fit.")] = False,  # noqa: FBT002 typer's way to declare a flag
) -> None:
    """Write the texts as data that `signalbox evals screening` takes."""
    if anew:
        LIST.write_text("".join(text.digest + "\n" for text in draw(data)), encoding="utf-8")
    texts = drawn(data)
    path = out / "injection" / "texts.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(text.model_dump_json() + "\n" for text in texts), encoding="utf-8")
    attacks = sum(text.label for text in texts)
    passing = sum(by_rules(text).passed for text in texts)
    typer.echo(f"{len(texts)} texts, {attacks} of them attacks; the rules let {passing} pass, which a model reads")


if __name__ == "__main__":
    typer.run(main)
