"""What is left out of the tracing of a law changes no draw of it, and is traced again after it."""

from types import SimpleNamespace

import coverage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.internal.reflection import function_digest

from tests import tracing


class Tracer:
    """What a test sees of coverage: whether it is on."""

    def __init__(self) -> None:
        self.on = True

    def stop(self) -> None:
        assert self.on
        self.on = False

    def start(self) -> None:
        assert not self.on
        self.on = True


@pytest.fixture
def tracer(monkeypatch):
    made = Tracer()
    monkeypatch.setattr(coverage.Coverage, "current", lambda: made)
    return made


def law_of(found, tracer, fails=False):
    @given(st.integers())
    def law(number):
        found.append((number, tracer.on))
        assert not (fails and len(found) > tracing.TRACED)

    return law


def played(law, **more):
    with tracing.first_examples(SimpleNamespace(obj=law, **more)):
        law()


def test_the_first_examples_are_traced_and_all_are_tried(tracer):
    found = []
    played(law_of(found, tracer))
    assert [on for _, on in found] == [n < tracing.TRACED for n in range(len(found))]
    assert len(found) > 3 * tracing.TRACED
    assert tracer.on


def test_the_same_examples_are_drawn_traced_or_not(tracer):
    plain, counted = [], []
    law_of(plain, tracer)()
    played(law_of(counted, tracer))
    assert [number for number, _ in plain] == [number for number, _ in counted]


def test_a_counted_test_has_the_digest_that_its_draws_come_from(tracer):
    inner = law_of([], tracer).hypothesis.inner_test
    assert function_digest(tracing._counted(inner, tracer)) == function_digest(inner)


def test_a_law_that_fails_is_traced_again_after_it(tracer):
    with pytest.raises(AssertionError):
        played(law_of([], tracer, fails=True))
    assert tracer.on


def test_a_law_that_asked_not_to_be_traced_is_left_alone(tracer):
    tracer.stop()
    found = []
    played(law_of(found, tracer), fixturenames=["untraced"])
    assert not tracer.on
    assert {on for _, on in found} == {False}
