"""Files of `/etc` inside a sandbox that are ours: who git takes us for, and what it leaves out."""

from __future__ import annotations

import os
from pathlib import Path

TEMPORARY = "/tmp"  # noqa: S108 the sandbox's own
HOME = f"{TEMPORARY}/home"
ALL_BINARY = "/etc/all-binary"  # attributes for git that make every file a binary one
_GITCONFIG = """\
[safe]
	directory = *
[core]
	checkStat = minimal
	excludesFile = /etc/left-behind
	fsmonitor = false
	hooksPath = /dev/null
	pager = cat
[gc]
	auto = 0
[user]
	name = Signalbox
	email = signalbox@users.noreply.invalid
"""  # checkStat: inside, files have another owner than the index remembers
# What running tests leaves in a checkout, whether or not the repository ignores it.
_LEFT_BEHIND = """\
__pycache__/
*.py[cod]
.pytest_cache/
.hypothesis/
.mypy_cache/
.ruff_cache/
.coverage
.coverage.*
/coverage.xml
/htmlcov/
.nyc_output/
"""
ETC = {
    "passwd": f"signalbox:x:1000:1000::{HOME}:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
    "group": "signalbox:x:1000:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
    "gitconfig": _GITCONFIG,
    "all-binary": "* -diff\n",
    "left-behind": _LEFT_BEHIND,
}
"""Files of `/etc` that are ours; those of the host would name its users and its network."""


def lay_out(folder: Path) -> None:
    """Write them into a folder, from which they are shown."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ETC.items():
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)
