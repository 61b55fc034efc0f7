"""A `docker` that runs commands on this machine, unprotected, and remembers its containers: for our commands only.

What a trial finds is what `trial` says in its folder, since nothing here holds anything.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = """#!/bin/sh
"exec" "{python}" "-I" "$0" "$@"  # the interpreter's path may hold a space, which `#!` ends at
import json, os, pathlib, signal, subprocess, sys
home = pathlib.Path({home!r})
state = json.loads((home / "state.json").read_text())
verb, words = sys.argv[1], sys.argv[2:]
with (home / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({{"words": sys.argv[1:], "env": sorted(os.environ)}}) + "\\n")
if state["down"]:
    sys.exit(state["down"])
if verb == "image":
    if words[-1] not in state["images"]:
        sys.stderr.write("Error: No such image: " + words[-1])
        sys.exit(1)
    volumes = {{place: {{}} for place in state["volumes"]}}
    settings = {{"Volumes": volumes, "Env": ["PATH=/usr/bin"]}}
    print(json.dumps([{{"Id": state["images"][words[-1]], "Config": settings}}]))
if verb in ("kill", "rm"):
    place = home / words[-1]
    if place.exists():
        try:
            os.killpg(int(place.read_text()), signal.SIGKILL)
        except ProcessLookupError:
            pass
        if verb == "rm":
            place.unlink()
if verb == "ps":
    sought = [*words[-1].split("=", 2), ""][2]
    print(*(name for name, checkout in state["running"].items() if sought in ("", checkout)))
if verb == "inspect" and "Labels" in words[1]:
    print(*(state["running"][name] for name in words[2:]), sep="\\n")
elif verb == "inspect":
    ended = home / "ended" / words[-1]
    if not ended.exists():
        sys.stderr.write("Error: No such object: " + words[-1])
        sys.exit(1)
    print("false", ended.read_text(), "true" if state["out_of_memory"] else "false")
if verb == "run":
    sys.stderr.write(state["warning"])
    sys.stderr.flush()
    if state["refusal"]:
        sys.stderr.write(state["refusal"])
        sys.exit(125)
    name = words[words.index("--name") + 1]
    at = words.index("sh")
    mounts = [word.split(",") for word in words if word.startswith("type=bind")]
    checkout = next(m[1][7:] for m in mounts if m[2] == "target=/workspace")
    given = dict(word.split("=", 1) for before, word in zip(words, words[1:]) if before == "--env")
    if any("echo tried" in word for word in words):
        sys.stdout.write("signalbox: begun\\n" + state["trial"])
        sys.exit(0)
    # What ends all processes of a container would end all of this machine.
    command = [word.replace("kill -9 -1", "kill -9 0") for word in words[at:]]
    places = {{m[2][7:]: m[1][7:] for m in mounts if m[2] != "target=/workspace"}}
    command = [places.get(word, word) for word in command]
    running = subprocess.Popen(command, cwd=checkout, start_new_session=True,
        env={{"PATH": os.environ["PATH"], **given, "HOME": str(home / "tmp")}}, stderr=subprocess.STDOUT)
    (home / name).write_text(str(running.pid))
    code = running.wait()
    code = code if code >= 0 else 128 - code
    if state["loss"]:
        sys.stderr.write(state["loss"])
        sys.exit(125)
    (home / "ended" / name).write_text(str(code))
    sys.exit(code)
"""


@dataclass
class FakeDocker:
    """Lives in a folder; what it knows can be changed between calls."""

    home: Path

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        script = _SCRIPT.format(python=sys.executable, home=str(self.home))
        self.program.write_text(script, encoding="utf-8")
        self.program.chmod(0o755)
        (self.home / "ended").mkdir()
        self.knows(images={"shop:1": "sha256:1"}, volumes=[], down="", warning="", refusal="", loss="")
        self.knows(trial="tried\n", running={}, out_of_memory=False)

    @property
    def program(self) -> Path:
        """What is to be called."""
        return self.home / "docker"

    def knows(self, **what: Any) -> None:
        """Change what it knows."""
        file = self.home / "state.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(known | what))

    def calls(self, verb: str) -> list[dict[str, Any]]:
        """What it was told, oldest first."""
        file = self.home / "calls.jsonl"
        told = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [each for each in told if each["words"][0] == verb]

    def left(self) -> list[str]:
        """Containers that nobody removed."""
        return [path.name for path in self.home.glob("signalbox-*")]

    def at_work(self) -> list[int]:
        """The processes of containers that were not removed, once each has its number."""
        return [int(said) for path in self.home.glob("signalbox-*") if (said := path.read_text(encoding="utf-8"))]
