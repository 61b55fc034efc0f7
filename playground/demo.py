"""`signalbox demo`: the whole loop on this machine, without any account.

A script plays the people through one story. The page shows it; without --headless you may act along, and after the
story everything is yours. The bot is the real one. On recordings the demo proves the plumbing, not the judgment: run it
with --live for that.
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
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import SandboxUnusable
from playground.case import AS_WRITTEN, Case, Tool, chatter, demo_cases, duplicate, moved_to
from playground.ending import Ending, Told
from playground.keeper import Keeper
from playground.loopback import PortTaken
from playground.people import Impatience, People
from playground.product import Product, ProductUnavailable, prepare
from playground.tally import Tally, count, faults, let_be_filed
from playground.town import Mind, Town, Upstream
from playground.workspace.problems import PersonCannot

CACHE = Path("var/playground")
_CONSOLE = Console(stderr=True, highlight=False, soft_wrap=True)


def main(ending: Ending) -> int:
    """Run the demo; 0 when everything holds, or when a visitor ended the open page."""
    arguments = _arguments()
    if arguments.live and not os.environ.get("ANTHROPIC_API_KEY"):
        _tell("--live needs ANTHROPIC_API_KEY; without it the demo runs on recorded replies.")
        return 2
    try:
        product = replace(prepare(CACHE, _tell), image=arguments.image)
    except ProductUnavailable as error:
        _tell(str(error))
        return 1
    root = Path(tempfile.mkdtemp(prefix="signalbox-demo-"))
    try:
        _need_a_sandbox(root, product, arguments)
        return _in_town(root, product, arguments, ending)
    except SandboxUnusable as error:
        _tell(
            f"{error} Without a sandbox nothing is researched or fixed: name an image with --image, such as what"
            " `docker build -t signalbox-demo playground` makes, or look at the filing alone with --without-model."
        )
        return 1
    except PortTaken as error:
        _tell(f"{error}. Name another one with --port, or none: then a free one is taken.")
        return 1
    finally:
        ending.deafen()
        if not arguments.keep:
            shutil.rmtree(root, ignore_errors=True)
        else:
            _tell(f"Everything of this run is in {root}")


def _need_a_sandbox(root: Path, product: Product, arguments: argparse.Namespace) -> None:
    """Say it now, and not after minutes in which nothing came. Raises SandboxUnusable."""
    why_not = "" if arguments.without_model else SandboxWorkspaces.examine(root, product.image)
    if why_not:
        raise SandboxUnusable(why_not)


def _in_town(root: Path, product: Product, arguments: argparse.Namespace, ending: Ending) -> int:
    mind = Mind.LIVE if arguments.live else Mind.NONE if arguments.without_model else Mind.RECORDED
    moved = AS_WRITTEN if mind is Mind.RECORDED else moved_to(datetime.now(UTC))
    upstream = _upstream(arguments)
    visited = not arguments.headless
    with Town(
        root, product, mind=mind, page_port=arguments.port, upstream=upstream, moved=moved, visited=visited
    ) as town:
        try:
            return _play_headless(town, arguments, ending) if arguments.headless else _play(town, arguments, ending)
        except Told:
            _tell("Stopping the bot, then the rest.")
            raise
        finally:
            ending.deafen()  # the bot and the servers are stopped when the block is left


def _play_headless(town: Town, arguments: argparse.Namespace, ending: Ending) -> int:
    """The script alone: whatever is not as it should be ends the run."""
    _tell(f"The workspace is at {town.page.url} (to look on: a script plays everybody, and all it does is counted)")
    _tell(_about_the_model(town))
    began = time.monotonic()
    with ending.held_back():
        town.start_bot()
    people = People(town, _line, patience=arguments.patience)
    try:
        _tell_the_story(people)
    except (Impatience, PersonCannot, TimeoutError) as error:
        _tell(f"It went wrong: {error}. The bot's log is {town.root}/run-1.log")
        arguments.keep = True
        return 1
    tally = count(town, refused=people.refused, answers=people.answers, seconds=time.monotonic() - began)
    wrong = faults(tally)
    for sentence in wrong:
        _tell(f"It went wrong: {sentence}")
    arguments.keep = arguments.keep or bool(wrong)
    _write(tally)
    return 1 if wrong else 0


def _play(town: Town, arguments: argparse.Namespace, ending: Ending) -> int:
    """The script with a visitor, who may do anything at any time: the page stays open until the visitor ends it."""
    _tell(f"The workspace is at {town.page.url}")
    _tell("A script plays the people through one story. Act along as anybody if you like; afterwards all is yours.")
    _tell(_about_the_model(town))
    began = time.monotonic()
    with ExitStack() as stack:
        with ending.held_back():
            keeper = stack.enter_context(Keeper(town, whatever=True, tell=_line))
        people = People(town, _line, patience=arguments.patience, keeper=keeper)
        try:
            _tell_the_story(people)
        except (Impatience, PersonCannot, TimeoutError) as error:
            _tell(f"The story stops here: {error}. The bot's log is in {town.root} (start with --keep to keep it).")
        else:
            tally = count(town, refused=people.refused, answers=people.answers, seconds=time.monotonic() - began)
            for sentence in faults(tally):
                _tell(f"Not as the script has it: {sentence}")
            _write(tally)
        _tell(f"From here on everything is yours. The page stays open at {town.page.url}; Ctrl-C ends it.")
        return _until_interrupted()


def _tell_the_story(people: People) -> None:
    town = people.town
    town.workspace.wait_for(lambda: town.workspace.connected > 0, 180.0, "the bot to connect")
    if town.mind is Mind.NONE:
        filing(people, list(demo_cases(town.moved)), lambda tell: let_be_filed(town, tell, people.patience))
    else:
        story(people, list(demo_cases(town.moved)))


def story(people: People, cases: list[Case]) -> None:
    """What happens in the demo, in order."""
    people.greet()
    first, second = cases
    people.chat(chatter(people.town.moved))
    for case in cases:
        people.report(case)
        people.say_twice(case)
        people.fail_in_production(case)
        people.wait_for_evidence(case, case.sentry.title)
    people.repeat(duplicate(people.town.moved))
    for case in cases:
        people.wait_for_plan(case)
    for case in cases:
        people.open_issue(case)
        people.wait_for_evidence(case, case.github.title)
    for tool, case in elsewhere(people, cases):
        people.use(tool, case)
        people.wait_for_evidence(case, case.tools[tool])
    people.ask(first)
    people.try_without_right(first)
    people.approve_by_button(first)
    guided = people.guide(second)
    if guided is not None and people.wait_for_plan(second, after=guided.ts) is not None:
        people.approve_by_reply(second)
    people.review_and_merge_all(cases)
    for case in cases:
        people.wait_for_the_end(case)


def filing(people: People, cases: list[Case], filed: Callable[[Callable[[], None]], None]) -> None:
    """What happens in the demo without a model: everything is told, one after the other, and filed."""
    people.greet()
    people.chat(chatter(people.town.moved))
    for case in cases:
        people.report(case)
        people.say_twice(case)
        filed(partial(people.fail_in_production, case))
    people.repeat(duplicate(people.town.moved))
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
        "--headless", action="store_true", help="end when the story has ended; exit 0 only if all holds"
    )
    parser.add_argument("--live", action="store_true", help="let Claude answer, with ANTHROPIC_API_KEY")
    parser.add_argument(
        "--without-model", action="store_true", help="let the offline engine file the signals; nothing is fixed"
    )
    parser.add_argument("--port", type=_port, default=0, help="port of the page (default: a free one)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the folder of the run, with the bot's log and database"
    )
    parser.add_argument(
        "--image", default="", help="run the product's code in containers of this image instead of in bubblewrap"
    )
    parser.add_argument("--patience", type=float, default=240.0, help="seconds that people wait for one thing")
    parser.add_argument("--record-from", metavar="URL", help="ask this Messages API and write down what it answers")
    parser.add_argument("--record-to", metavar="DIR", type=Path, help="folder for what is written down")
    return parser.parse_args()


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{number} is no port: it must be between 0 (a free one) and 65535")
    return number


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
    recorded = "The model's replies are recorded: this shows the plumbing, not the judgment (--live asks Claude)."
    yours = " What you bring is filed too, by its words alone; nobody looks for its cause."
    return f"{recorded}{yours}" if town.visited else recorded


def _until_interrupted() -> int:
    try:
        threading.Event().wait()
    except Told as told:
        if told.number is not signal.SIGINT:
            raise
        _tell("Good-bye.")
    return 0


def _write(tally: Tally) -> None:
    sys.stdout.write(tally.model_dump_json() + "\n")
    sys.stdout.flush()


def _line(text: str) -> None:
    _CONSOLE.print(f"  {text}", markup=False)


def _tell(text: str) -> None:
    _CONSOLE.print(text, markup=False)
