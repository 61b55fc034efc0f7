"""Stack traces: the frames a text holds, and how alike two traces are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

LEAST = 2  # frames that make a trace
MOST = 12  # frames that are compared; the cause is near the top
# What stands before a frame ends with its line: thousands of empty lines would be read thousands of times.
_GDB = re.compile(
    r"^#\d+\s+(?:0x([0-9a-fA-F]+) in )?(<signal handler called>|[^(\s]+)(?:.*?(?:from|at) (\S{1,300}))?", re.MULTILINE
)
_PYTHON = re.compile(r'^[^\S\n]*File "([^"\n]{1,200})", line \d+, in (\S{1,80})', re.MULTILINE)
_AT = re.compile(r"^[^\S\n]*at (?:async )?([\w.$<>\[\] ]{1,160}?) ?\(([^)\n]{0,200})\)", re.MULTILINE)
_AT_NAMELESS = re.compile(r"^[^\S\n]*at (?:async )?([^()\s]{1,200}:\d+:\d+)[^\S\n]*$", re.MULTILINE)
_BROWSER = re.compile(
    r"^[^\S\n]*[^@\s]{0,160}@([^@\s]{1,200}:\d+:\d+)[^\S\n]*$", re.MULTILINE
)  # Firefox's and Safari's
_LIBRARY = re.compile(r"[-.\d]*\.so.*")
# What stands on top of most traces and says nothing about the cause: raising, allocating, main loops, signal plumbing.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "raise abort gsignal __kernel_vsyscall __assert_fail __assert_fail_base __libc_message malloc_printerr free "
        "malloc calloc realloc _int_malloc _int_free __libc_malloc __GI___libc_malloc __GI_raise __GI_abort "
        "__GI___assert_fail __malloc_assert memcpy strlen g_log g_logv g_free g_on_error_query g_assertion_message "
        "g_assertion_message_expr __vasprintf_chk vfprintf __libc_start_main _start main start_thread clone "
        "g_main_loop_run gtk_main g_main_context_dispatch g_main_dispatch g_main_context_iterate g_closure_invoke "
        "g_signal_emit g_signal_emit_valist g_signal_emitv signal_emit_unlocked_R <module> <listcomp> <genexpr> "
        "java.lang.Thread.run",
    )
)
_UNNAMED = 0.25  # the weight of a frame of which only the library is known, or not even that
_FADE, _SHIFT = 0.8, 0.1  # how fast frames count less towards the bottom, and less when they stand elsewhere
_NOWHERE = "?+"  # begins the name of a frame that is in no known library
_PAGE = 3  # hexadecimal digits of an address within its page: where it is loaded is drawn anew, these stay
_COMMONEST = 20  # reports that everything is taken to be missing from, so that a young stream is not sure of anything


def frames(text: str) -> tuple[str, ...]:
    """The functions of the trace, nearest the fault first, without what is in most traces; () without a trace."""
    told = [_named(match[2], match[3] or "", match[1] or "") for match in _GDB.finditer(text)]
    if not told:
        told = [f"{path.rpartition('/')[2]}:{function}" for path, function in _PYTHON.findall(text)][::-1]
        told = told or [function.strip() for function, _ in _AT.findall(text)]
    telling = [name for name in told if name.rpartition(":")[2] not in _COMMON]
    telling = telling if len(telling) >= LEAST else told
    if not all(name.startswith(_NOWHERE) for name in telling):  # places in memory say something where nothing else does
        telling = ["?" if name.startswith(_NOWHERE) else name for name in telling]
    return tuple(name for at, name in enumerate(telling) if at == 0 or telling[at - 1] != name)[:MOST]


def rarity_in(reports: Iterable[Iterable[str]]) -> Callable[[str], float]:
    """Up to 1, for what is in no report; less the more of these reports (each given as what it holds) hold it."""
    told = [set(each) for each in reports]
    holding = Counter(name for each in told for name in each)
    most = math.log1p(len(told) + _COMMONEST)
    return lambda name: math.log1p((len(told) + _COMMONEST) / (holding[name] + 1)) / most


def files_of(text: str) -> tuple[str, ...]:
    """The files of every frame a text holds, one each time it stands there."""
    python = [path for path, _ in _PYTHON.findall(text)]
    native = [match[3] for match in _GDB.finditer(text) if match[3]]
    places = [place for _, place in _AT.findall(text)] + _AT_NAMELESS.findall(text) + _BROWSER.findall(text)
    other = [place.rsplit(":", 2)[0] for place in places]
    return tuple(file.replace("\\", "/") for file in (*python, *native, *other) if file)


def trace_likeness(one: Sequence[str], other: Sequence[str], rarity: Callable[[str], float]) -> float:
    """From 0 to 1: the best alignment of the frames in their order, weighted by how high and how rare they are."""
    if not set(one) & set(other):
        return 0.0
    mine, theirs = _weights(one, rarity), _weights(other, rarity)
    above = [0.0] * (len(other) + 1)
    for i, frame in enumerate(one):
        row = [0.0]
        for j, known in enumerate(other):
            best = max(above[j + 1], row[-1])
            if frame == known:
                best = max(best, above[j] + min(mine[i], theirs[j]) * math.exp(-_SHIFT * abs(i - j)))
            row.append(best)
        above = row
    return above[-1] / max(sum(mine), sum(theirs), 1e-9)


def _weights(trace: Sequence[str], rarity: Callable[[str], float]) -> list[float]:
    return [rarity(name) * (_UNNAMED if name.startswith("?") else 1.0) / (1 + at) for at, name in enumerate(trace)]


def _named(function: str, place: str, address: str) -> str:
    """A function of a native trace; an unnamed one goes by its library, else by its place in a page of memory."""
    plain = re.sub(r"(?<=.)[<@].*", "", function.removeprefix("IA__").strip("*"))
    if plain not in {"??", ""}:
        return plain
    if place:
        return f"?{_LIBRARY.sub('', place.rpartition('/')[2])}"
    return f"{_NOWHERE}{address[-_PAGE:]}"
