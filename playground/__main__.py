"""`signalbox demo`: the whole loop on this machine, without any account.

The bot is the real one. On recordings it proves the plumbing, not the judgment: run it with --live for that.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from playground.case import Case, Tool, chatter, demo_cases, duplicate
from playground.people import Impatience, People
from playground.product import ProductUnavailable, prepare
from playground.tally import count, faults, let_be_filed
from playground.town import Mind, Town, Upstream

CACHE = Path("var/playground")
_CONSOLE = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> int:
    """Run the demo; 0 when everything holds."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that whatever ends us, the bot ends too
    if arguments.live and not os.environ.get("ANTHROPIC_API_KEY"):
        _tell("--live needs ANTHROPIC_API_KEY; without it the demo runs on recorded replies.")
        return 2
    try:
        product = prepare(CACHE, _tell)
    except ProductUnavailable as error:
        _tell(str(error))
        return 1
    root = Path(tempfile.mkdtemp(prefix="signalbox-demo-"))
    mind = Mind.LIVE if arguments.live else Mind.NONE if arguments.without_model else Mind.RECORDED
    began = time.monotonic()
    try:
        with Town(root, product, mind=mind, page_port=arguments.port, upstream=_upstream(arguments)) as town:
            return _play(town, arguments, began)
    finally:
        if arguments.keep:
            _tell(f"Everything of this run is in {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)


def _play(town: Town, arguments: argparse.Namespace, began: float) -> int:
    _tell(f"The workspace is at {town.page.url} (act as anybody, press the buttons)")
    _tell(_about_the_model(town))
    town.start_bot()
    people = People(town, _line, patience=arguments.patience)
    try:
        town.workspace.wait_for(lambda: town.workspace.connected > 0, 60.0, "the bot to connect")
        if town.mind is Mind.NONE:
            filing(people, list(demo_cases()), lambda tell: let_be_filed(town, tell, arguments.patience))
        else:
            story(people, list(demo_cases()))
    except (Impatience, TimeoutError) as error:
        _tell(f"It went wrong: {error}. The bot's log is {town.root}/run-1.log")
        arguments.keep = True
        return 1
    tally = count(town, refused=people.refused, seconds=time.monotonic() - began)
    wrong = faults(tally)
    for sentence in wrong:
        _tell(f"It went wrong: {sentence}")
    arguments.keep = arguments.keep or bool(wrong)
    if not arguments.headless and not wrong:
        _tell(f"That was all of it. The page stays open at {town.page.url}; Ctrl-C ends it.")
        _until_interrupted()
    sys.stdout.write(tally.model_dump_json() + "\n")
    return 1 if wrong else 0


def story(people: People, cases: list[Case]) -> None:
    """What happens in the demo, in order."""
    people.greet()
    first, second = cases
    people.chat(chatter())
    for case in cases:
        people.report(case)
        people.say_twice(case)
        people.fail_in_production(case)
        people.wait_for_evidence(case, case.sentry.title)
    people.repeat(duplicate())
    plan, shown = people.wait_for_plan(first), people.wait_for_plan(second)
    for case in cases:
        people.open_issue(case)
        people.wait_for_evidence(case, case.github.title)
    for tool, case in elsewhere(people, cases):
        people.use(tool, case)
        people.wait_for_evidence(case, case.tools[tool])
    people.try_without_right(first, plan)
    people.approve_by_button(first, plan)
    people.guide(second)
    people.wait_for_plan(second, after=shown.ts)
    people.approve_by_reply(second)
    merged: set[int] = set()
    for _ in cases:
        merged.add(people.review_and_merge(merged))
    for case in cases:
        people.wait_for_the_end(case)


def filing(people: People, cases: list[Case], filed: Callable[[Callable[[], None]], None]) -> None:
    """What happens in the demo without a model: everything is told, one after the other, and filed."""
    people.greet()
    people.chat(chatter())
    for case in cases:
        people.report(case)
        people.say_twice(case)
        filed(partial(people.fail_in_production, case))
    people.repeat(duplicate())
    for case in cases:
        filed(partial(people.open_issue, case))
    for tool, case in elsewhere(people, cases):
        filed(partial(people.use, tool, case))


def elsewhere(people: People, cases: list[Case]) -> list[tuple[Tool, Case]]:
    """Where else the bugs show themselves: in tickets, in a recorded session, in the team's tracker."""
    return [(tool, case) for tool in Tool for case in cases if tool in people.town.tools and tool in case.tools]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="signalbox demo", description=__doc__)
    parser.add_argument(
        "--headless", action="store_true", help="end when the people are done; exit 0 only if all holds"
    )
    parser.add_argument("--live", action="store_true", help="let Claude answer, with ANTHROPIC_API_KEY")
    parser.add_argument(
        "--without-model", action="store_true", help="let the offline engine file the signals; nothing is fixed"
    )
    parser.add_argument("--port", type=int, default=0, help="port of the page (default: a free one)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the folder of the run, with the bot's log and database"
    )
    parser.add_argument("--patience", type=float, default=60.0, help="seconds that people wait for one thing")
    parser.add_argument("--record-from", metavar="URL", help="ask this Messages API and write down what it answers")
    parser.add_argument("--record-to", metavar="DIR", type=Path, help="folder for what is written down")
    return parser.parse_args()


def _upstream(arguments: argparse.Namespace) -> Upstream | None:
    if not arguments.record_from:
        return None
    where = arguments.record_to or CACHE / "recordings"
    return Upstream(arguments.record_from, os.environ.get("ANTHROPIC_API_KEY", "desk"), where)


def _about_the_model(town: Town) -> str:
    if town.mind is Mind.LIVE or town.upstream is not None:
        return "The model answers live."
    if town.mind is Mind.NONE:
        return "There is no model: signals are filed by keys, words and vectors, and nothing is researched or fixed."
    return "The model's replies are recorded: this shows the plumbing, not the judgment (--live asks Claude)."


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        _tell("Good-bye.")


def _line(text: str) -> None:
    _CONSOLE.print(f"  {text}", markup=False)


def _tell(text: str) -> None:
    _CONSOLE.print(text, markup=False)


if __name__ == "__main__":
    sys.exit(main())
