"""How many calls a loopback server takes in a span of time, and how long a caller has to wait after that."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Rate:
    """At most so many calls in any span of so many seconds; no `calls` means no limit."""

    calls: int | None = None
    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _taken: deque[float] = field(default_factory=deque)

    def wait(self) -> int:
        """Take a call: 0 when there is room, else the whole seconds until there is."""
        if self.calls is None:
            return 0
        at = self.clock()
        while self._taken and self._taken[0] <= at - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.calls:
            return math.ceil(self._taken[0] + self.seconds - at)
        self._taken.append(at)
        return 0
