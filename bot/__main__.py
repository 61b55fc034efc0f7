"""`python -m bot` is `signalbox`."""

from __future__ import annotations

import gc


def main() -> None:
    """Import what there is, which takes seconds, and obey the command line."""
    gc.disable()  # what is imported stays: looking through it again and again takes a sixth of the start
    from bot.cli import main as obey  # noqa: PLC0415 after the line above

    gc.freeze()  # nor is it looked through later, in pauses that a person who presses a button would wait for
    gc.enable()
    obey()


if __name__ == "__main__":
    main()
