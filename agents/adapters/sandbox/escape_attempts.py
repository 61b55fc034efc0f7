"""Tries to break out of the sandbox. Its text is run inside by the self-test, alone, with nothing of ours to import.

Arguments: a file outside that must not be readable, the port of a server outside that must not be reachable. Prints one
JSON object: what succeeded, in words, and every environment variable that could be seen.
"""

import ctypes
import json
import os
import pathlib
import re
import socket
import sys

_REMOUNT = 0x1020  # MS_REMOUNT | MS_BIND
_NEW_USER_NAMESPACE = 0x10000000
_MOST_PROCESSES = 4  # bubblewrap's own, and this one
_OUTSIDE = ("/signalbox-was-here", "/usr/signalbox-was-here", "/etc/signalbox-was-here", "/dev/signalbox-was-here")
_KERNEL = (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sysrq-trigger",
)


def attempts(secret: str, port: str) -> list[str]:
    """What succeeded, in words."""
    libc = ctypes.CDLL(None, use_errno=True)
    processes = list(pathlib.Path("/proc").glob("[0-9]*"))
    interfaces = re.findall(r"(?m)^\s*(\w+):", pathlib.Path("/proc/net/dev").read_text())
    status = pathlib.Path("/proc/self/status").read_text()
    found = {
        "it could make a read-only folder writable": libc.mount(None, b"/usr", None, _REMOUNT, None) == 0,
        "it could make a user namespace, and be root in it": libc.unshare(_NEW_USER_NAMESPACE) == 0,
        "it has capabilities": re.search(r"(?m)^Cap(?:Prm|Eff|Bnd):\s*0*[1-9a-f]", status) is not None,
        "it could read a file outside": can_open(secret, os.O_RDONLY),
        "it could write outside": any(can_open(path, os.O_WRONLY | os.O_CREAT) for path in _OUTSIDE),
        "it could change the kernel's settings": any(can_open(path, os.O_WRONLY) for path in _KERNEL),
        "it could see processes outside": len(processes) > _MOST_PROCESSES,
        "it has a network": interfaces != ["lo"] or can_connect(int(port)),
    }
    return [words for words, succeeded in found.items() if succeeded]


def can_open(path: str, flags: int) -> bool:
    """Whether a file can be opened; nothing is read or written."""
    try:
        os.close(os.open(path, flags))
    except OSError:
        return False
    return True


def can_connect(port: int) -> bool:
    """Whether a server on the host's loopback is reached."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def variables() -> list[str]:
    """The names in the environment of every process that can be seen."""
    seen: set[str] = set()
    for file in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            seen |= {word.split(b"=")[0].decode() for word in file.read_bytes().split(b"\0") if word}
        except OSError:
            continue  # not ours to read, which is what we want
    return sorted(seen)


if __name__ == "__main__":
    print(json.dumps({"escapes": attempts(sys.argv[1], sys.argv[2]), "variables": variables()}))  # noqa: T201 its answer
