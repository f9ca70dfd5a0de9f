"""Screens and words: shows state, forwards gestures. Never holds a rule."""
