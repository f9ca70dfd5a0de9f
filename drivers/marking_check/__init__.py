"""The permission check of marking codes. Never knows what a shop sells."""

from drivers.marking_check.driver import MarkingChecker, MarkPlaces

__all__ = ["MarkPlaces", "MarkingChecker"]
