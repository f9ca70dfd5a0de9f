"""Neutral pricing cases (an array of cases) through the real programme document and engine."""
