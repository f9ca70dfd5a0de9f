"""The written algorithms tell the truth: their examples run."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs/algorithms"
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def example_of(path: Path) -> doctest.DocTest:
    """The fenced examples of a page as one session, each line where it stands on the page."""
    text = path.read_text(encoding="utf-8")
    kept = ["\n"] * (text.count("\n") + 1)
    for fence in FENCE.finditer(text):
        first = text[: fence.start(1)].count("\n")
        for offset, line in enumerate(fence[1].splitlines(keepends=True)):
            kept[first + offset] = line
    return doctest.DocTestParser().get_doctest("".join(kept), {}, path.name, str(path), 0)


@pytest.mark.parametrize(
    "name",
    [
        "pricing.md",
        "points.md",
        "rfm.md",
        "confirmation.md",
        "counting.md",
        "standing.md",
        "regulated.md",
        "sync.md",
    ],
)
def test_the_examples_of_a_page_give_what_is_written_under_them(name: str) -> None:
    session = example_of(DOCS / name)
    assert len(session.examples) > 10
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(session, out=said.append)
    assert result.failed == 0, "".join(said)
