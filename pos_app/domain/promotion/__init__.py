"""Promotions: who is eligible, what is derived, why. Never a device, a screen or a database."""
