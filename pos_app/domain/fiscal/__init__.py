"""Fiscal documents of a till, as pure functions of what was sold. Never a registrar's protocol."""
