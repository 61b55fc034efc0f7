"""Which process made the call that is being served: so that, of several workers, the one that called can be killed."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

_PORT: ContextVar[int] = ContextVar("port", default=0)  # that the present call came from
_PROC = Path("/proc")
_LOCAL, _INODE = 1, 9  # columns of /proc/net/tcp
_PARENT = 1  # column of /proc/<pid>/stat, counted after the name


class Noting:
    """An ASGI app that notes where a call came from, for `caller_among`, and passes it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        _PORT.set(client[1] if client else 0)
        await self._app(scope, receive, send)


def caller_among(candidates: Sequence[int]) -> int | None:
    """The process among these that made the call being served, itself or by a child (such as git).

    None when it cannot be told: outside of a call, on a system without /proc, or when it was somebody else.
    """
    inode = _inode_of(_PORT.get())
    if inode is None:
        return None
    for folder in _PROC.glob("[0-9]*"):
        if _holds(folder, inode):
            found = _ancestor_among(int(folder.name), candidates)
            if found is not None:
                return found
    return None


def _inode_of(port: int) -> str | None:
    """The inode of the loopback socket with this local port."""
    try:
        rows = (_PROC / "net" / "tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    for row in rows:
        fields = row.split()
        if int(fields[_LOCAL].partition(":")[2], 16) == port and fields[_INODE] != "0":
            return fields[_INODE]
    return None


def _holds(process: Path, inode: str) -> bool:
    try:
        return any(str(each.readlink()) == f"socket:[{inode}]" for each in (process / "fd").iterdir())
    except OSError:
        return False  # it has ended, or is not ours


def _ancestor_among(pid: int, candidates: Sequence[int]) -> int | None:
    while pid > 1:
        if pid in candidates:
            return pid
        try:
            stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        pid = int(stat.rpartition(")")[2].split()[_PARENT])
    return None
