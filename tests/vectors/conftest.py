"""Hundreds of neutral cases and all their permutations: untraced, as coverage is others' work."""

import pytest


@pytest.fixture(autouse=True)
def _untraced(untraced: None) -> None:
    """Every test of this folder."""
