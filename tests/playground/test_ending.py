"""Whatever ends the demo, everything is put away: with signals to real processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest

from playground import improvised
from playground.ending import SIGNALS, Ending, Told
from playground.keeper import Keeper
from playground.townsfolk import PRIYA, SOLAR

T = TypeVar("T")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def ending() -> Iterator[Ending]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    made = Ending()
    made.listen()
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_only_the_first_signal_is_heard(ending: Ending, number: signal.Signals, code: int) -> None:
    with pytest.raises(Told) as told:
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), signal.SIGINT)

    assert (told.value.code, told.value.number) == (code, number)


def test_a_signal_that_comes_while_a_bot_is_started_is_heard_afterwards(ending: Ending) -> None:
    started = []

    def start() -> None:
        with ending.held_back():
            os.kill(os.getpid(), signal.SIGINT)
            started.append("bot")

    with pytest.raises(Told) as told:
        start()

    assert started == ["bot"]
    assert told.value.code == 130


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.05)
    return seen


@dataclass
class Demo:
    """`signalbox demo` in a group of its own, as a terminal starts it, with a folder for all that is temporary."""

    folder: Path
    words: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        (self.folder / "tmp").mkdir()
        self.log = self.folder / "said"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", *self.words],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(self.folder / "tmp"), "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        for pid in (self.process.pid, *self.bots()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def sees(self, words: str, seconds: float = 120.0) -> str:
        until(lambda: words in self.said or self.process.poll() is not None, seconds, f"“{words}”")
        assert words in self.said
        return self.said

    def bots(self) -> list[int]:
        """Processes that work in the demo's folder: the bot, and what it started."""
        return [
            int(each.name)
            for each in Path("/proc").iterdir()
            if each.name.isdigit() and str(self.folder / "tmp") in _folder_of(each)
        ]

    def ends(self, *numbers: int) -> int:
        """Send the signals to the whole group, one after the other, as Ctrl-C does; the exit code."""
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            time.sleep(0.3)
        return self.process.wait(60)

    def assert_nothing_is_left(self) -> None:
        assert self.bots() == []
        assert list((self.folder / "tmp").iterdir()) == []
        assert "Traceback" not in self.said
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)

    def page(self, path: str, body: dict[str, str] | None = None) -> Any:
        address = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert address is not None
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{address[0]}/_control/{path}", data, {"Content-Type": "application/json"})  # noqa: S310 ours
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 ours
            return json.load(answer)

    def press_approve(self) -> bool:
        """Priya's visitor presses the first Approve in #solar, if there is one."""
        for message in self.in_threads():
            for button in (each for block in message["blocks"] for each in block.get("elements", [])):
                if button.get("text") and button["text"] == {**_words(button), "text": "Approve"}:
                    pressed = {"user": PRIYA, "channel": SOLAR, "ts": message["ts"]}
                    self.page("click", {**pressed, "action_id": button["action_id"], "value": button["value"]})
                    return True
        return False

    def in_a_thread(self, words: str) -> bool:
        """Whether somebody said them in a thread of #solar."""
        return any(words in json.dumps(message) for message in self.in_threads())

    def in_threads(self) -> Iterator[Any]:
        """What Priya's visitor sees in the threads of #solar."""
        for root in self.page(f"screen?user={PRIYA}&channel={SOLAR}&thread=")["messages"]:
            yield from self.page(f"screen?user={PRIYA}&channel={SOLAR}&thread={root['ts']}")["thread"]


def _words(button: Any) -> dict[str, Any]:
    return button["text"] if isinstance(button["text"], dict) else {}


def _folder_of(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""  # it ended, or is somebody else's


def test_ctrl_c_before_anything_is_ready_ends_it_without_a_trace(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        until(lambda: "-m playground" in _group(demo.process.pid), 60, "the playground")
        time.sleep(0.4)  # Python itself has come up, and imports the playground
        # The second one may meet an interpreter that is ending already; a shell says 130 to either.
        assert demo.ends(signal.SIGINT, signal.SIGINT) in {130, -signal.SIGINT}
        demo.assert_nothing_is_left()


def _group(leader: int) -> str:
    """The command lines of a process group."""
    listed = subprocess.run(["ps", "-eo", "pgid=,args="], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in listed.splitlines() if line.split()[0] == str(leader))


@pytest.mark.slow
def test_ctrl_c_twice_in_the_middle_of_the_story_puts_everything_away(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.sees("signalbox opens a report")
        assert len(demo.bots()) >= 1
        assert demo.ends(signal.SIGINT, signal.SIGINT) == 130
        demo.assert_nothing_is_left()


@pytest.mark.slow
def test_sigterm_to_signalbox_alone_ends_all_that_it_started_and_what_is_to_be_kept_is_kept(tmp_path: Path) -> None:
    with Demo(tmp_path, ("--headless", "--keep")) as demo:
        demo.sees("the dentist")
        demo.process.terminate()
        assert demo.process.wait(60) == 143
        [kept] = (tmp_path / "tmp").iterdir()
        assert f"Everything of this run is in {kept}" in demo.said
        assert (kept / "run-1.log").exists()
        shutil.rmtree(kept)
        demo.assert_nothing_is_left()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_visitor_may_be_quicker_than_the_script_and_the_bot_may_die(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.sees("signalbox opens a report")
        until(demo.press_approve, 500, "a plan in #solar")
        demo.sees("Tom wants to press Approve, but somebody pressed it already", 500)
        demo.sees("Priya wants to press Approve, but somebody pressed it already")
        said = demo.sees("From here on everything is yours.", 300)
        assert "Not as the script has it: expected: one approval refused" in said
        assert said.count("resolved: nothing came back after the merge") == 2

        os.kill(demo.bots()[0], signal.SIGTERM)
        demo.sees("it is started again")
        until(lambda: demo.page(f"screen?user={PRIYA}&channel={SOLAR}&thread=")["app"]["connected"], 180, "the bot")

        bringing = {"user": PRIYA, "channel": SOLAR, "command": "/investigate"}
        demo.page("command", {**bringing, "text": "the export of the night report has two header lines"})
        until(lambda: demo.in_a_thread(improvised.WHY), 60, "what came of something that nobody recorded")

        assert demo.ends(signal.SIGINT, signal.SIGINT) == 0
        demo.assert_nothing_is_left()


def test_a_port_that_is_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Demo(tmp_path, ("--port", str(port))) as demo:
            assert demo.process.wait(120) == 1
            assert f"The port {port} of this machine cannot be used: somebody listens there already" in demo.said
            assert "--port" in demo.said
            demo.assert_nothing_is_left()


@dataclass
class Barracks:
    """A town whose bots end at once."""

    program: str
    bots: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_bot(self, _: str = "run") -> subprocess.Popen[bytes]:
        self.bots.append(subprocess.Popen([sys.executable, "-S", "-c", self.program]))
        return self.bots[-1]


def test_a_bot_that_ends_in_any_way_is_started_again_and_one_that_cannot_live_is_not() -> None:
    heard: list[str] = []
    town = Barracks("raise SystemExit(3)")
    with Keeper(town, whatever=True, tell=heard.append) as keeper:  # type: ignore[arg-type]  # it only starts bots
        until(lambda: keeper.trouble, 30, "the keeper's trouble")

    assert keeper.deaths == 2
    assert len(town.bots) == 3
    assert [line.partition("; ")[2] for line in heard[:2]] == ["it is started again."] * 2
    assert heard[2].endswith("It is not started again.")


def test_a_bot_that_ends_by_itself_stays_ended_unless_the_keeper_is_told_otherwise() -> None:
    town = Barracks("raise SystemExit(3)")
    with Keeper(town) as keeper:  # type: ignore[arg-type]  # it only starts bots
        until(lambda: keeper.trouble, 30, "the keeper's trouble")

    assert len(town.bots) == 1
    assert "with code 3" in keeper.trouble
