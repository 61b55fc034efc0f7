"""Commands as people type them, each in a process of its own: from nothing, or forked from one that has the imports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from playground.bots import fork

ROOT = Path(__file__).parent.parent
_LONGEST = 240.0  # seconds
Done = subprocess.CompletedProcess[str]


def typed(*words: str, folder: Path, environment: Mapping[str, str], anew: bool = False) -> Done:
    """`signalbox <words>`, typed in a folder, with this environment and no other. `anew`: it imports everything itself.

    At least one test of each command begins anew, or nobody would see that an import is missing.
    """
    variables = {"PYTHONPATH": str(ROOT), **environment}
    if anew:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
        )
    with TemporaryDirectory(prefix="signalbox-typed-") as kept:
        out, err = Path(kept) / "out", Path(kept) / "err"
        code = fork(_type, words, folder, variables, out, err, log=Path(kept) / "log").wait(_LONGEST)
        return Done(words, code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _type(words: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> None:
    for stream, file in ((sys.stdout, out), (sys.stderr, err)):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), stream.fileno())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["signalbox", *words]
    from bot.cli import main  # noqa: PLC0415 only here is it another process's

    main()
