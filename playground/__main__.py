"""`python -m playground`, which `signalbox demo` starts: listens for Ctrl-C before anything else is done."""

from __future__ import annotations

import sys

from playground.ending import Ending


def main() -> int:
    """Run the demo; 0 when everything holds."""
    ending = Ending()
    ending.listen()
    from playground.demo import main as demo  # noqa: PLC0415 takes a second, in which Ctrl-C must already be heard

    return demo(ending)


if __name__ == "__main__":
    sys.exit(main())
