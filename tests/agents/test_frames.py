"""Stack traces: which frames are read from a text, and how alike two are."""

from __future__ import annotations

import pytest

from agents.frames import files_of, frames, rarity_in, trace_likeness

NATIVE = """#0  __kernel_vsyscall ()
#1  0x0041 in raise () from /lib/libc.so.6
#2  0x0042 in abort () from /lib/libc.so.6
#3  0x0043 in draw_tile (tile=0x0) at tiles.c:12
#4  0x0044 in ?? () from /usr/lib/libwall.so.2
#5  0x0045 in main (argc=1) at main.c:3
"""
PYTHON = """Traceback (most recent call last):
  File "app/views.py", line 9, in <module>
    overview()
  File "app/tiles.py", line 5, in render_tile
    return metric(value)
ValueError: math domain error
"""


def test_a_native_trace_is_read_without_what_is_in_every_trace() -> None:
    assert frames(NATIVE) == ("draw_tile", "?libwall")


def test_a_python_trace_is_read_from_the_fault_up() -> None:
    assert frames(PYTHON) == ("tiles.py:render_tile", "views.py:<module>")


def test_a_short_trace_keeps_what_is_in_most_traces() -> None:
    short = "#0  0x0041 in raise () from /lib/libc.so.6\n#1  0x0044 in ?? () from /usr/lib/libwall.so.2\n"

    assert frames(short) == ("raise", "?libwall")


def test_a_frame_in_no_known_library_is_only_told_by_its_place_where_all_are() -> None:
    lost = "#0  0xb7824339 in ?? ()\n#1  0xb78ba647 in ?? ()\n#2  0x0804abbf in main ()\n"
    loaded_elsewhere = lost.replace("b7824", "b77a5").replace("b78ba", "b783b")
    partly = "#0  0xb7824339 in ?? ()\n#1  0x0043 in draw_tile (tile=0x0) at tiles.c:12\n"

    assert frames(lost) == frames(loaded_elsewhere) == ("?+339", "?+647")
    assert frames(partly) == ("?", "draw_tile")


def test_the_files_of_traces_of_node_and_of_every_browser_are_known() -> None:
    text = """TypeError: sum is undefined
    at Cart.total (/app/src/cart.ts:12:5)
    at async /app/src/server.ts:40:11
total@https://shop.example/assets/cart.js:1:2345
@https://shop.example/assets/page.js:1:99
ask jane@shop.example: 12:30"""

    assert files_of(text) == (
        "/app/src/cart.ts",
        "/app/src/server.ts",
        "https://shop.example/assets/cart.js",
        "https://shop.example/assets/page.js",
    )


def test_a_text_without_a_trace_has_no_frames() -> None:
    assert frames("It is at work (mostly) since #3 was fixed.") == ()


def test_traces_are_alike_by_their_frames_in_order_from_the_top() -> None:
    def rarity(_: str) -> float:
        return 1.0

    one = ("draw_tile", "render", "paint", "loop")
    assert trace_likeness(one, one, rarity) == pytest.approx(1.0)
    assert trace_likeness(one, ("other", "another"), rarity) == 0
    near_the_top = trace_likeness(one, ("draw_tile", "render", "x", "y"), rarity)
    at_the_bottom = trace_likeness(one, ("x", "y", "paint", "loop"), rarity)
    assert near_the_top > at_the_bottom > 0


def test_a_frame_is_rare_when_few_reports_have_it_however_many_signals_do() -> None:
    rarity = rarity_in([["main", "draw"], ["main"], ["main", "main"]])

    assert rarity("unheard of") == 1.0
    assert rarity("draw") > rarity("main") > 0
