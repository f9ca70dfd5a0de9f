"""When the tests are measured for coverage and when they are not. Never what is tested or drawn.

The tracer doubles and trebles a test's time. A law is tried on a hundred baskets, and after the
first of them the rest go the same ways: only those are traced.
"""

import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import coverage
import pytest

TRACED = 10
"""Examples of a law that are traced; all of them are tried."""


@contextmanager
def off() -> Iterator[None]:
    """What is done meanwhile says nothing about coverage. Not to be nested."""
    current = coverage.Coverage.current()
    if current is not None:
        current.stop()
    try:
        yield
    finally:
        if current is not None:
            current.start()


@contextmanager
def first_examples(item: pytest.Item) -> Iterator[None]:
    """A test by hypothesis is traced for its first examples; any other one to its end."""
    law = getattr(getattr(item, "obj", None), "hypothesis", None)
    current = coverage.Coverage.current()
    if law is None or current is None or "untraced" in getattr(item, "fixturenames", ()):
        yield
        return
    inner = law.inner_test
    law.inner_test = counted = _counted(inner, current)
    try:
        yield
    finally:
        law.inner_test = inner
        if counted.tried > TRACED:
            current.start()


def _counted(inner: Any, current: coverage.Coverage) -> Any:
    """The same test to hypothesis, which draws by a test's name, source and arguments."""

    @functools.wraps(inner)
    def counted(*arguments: Any, **named: Any) -> Any:
        counted.tried += 1
        if counted.tried == TRACED + 1:
            current.stop()
        return inner(*arguments, **named)

    counted.tried = 0
    counted.__signature__ = inspect.signature(inner)
    return counted
