"""Where nothing can be run safely the demo says so at once, and not after minutes in which nothing came."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_an_image_that_is_not_there_ends_the_demo_with_what_to_do() -> None:
    command = (sys.executable, "-m", "playground", "--headless", "--image", "no-such-image:0")
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 1
    assert "Without a sandbox nothing is researched or fixed: name an image with --image" in ran.stderr
    assert "Traceback" not in ran.stderr
