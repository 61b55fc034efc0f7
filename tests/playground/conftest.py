from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.playground.staging import Serve, Stages


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(stack)


@pytest.fixture
def serve_app(stages: Stages) -> Iterator[Serve]:
    """Serves an app until the test ends, and gives its address."""
    yield stages.put_on
    stages.clear()
