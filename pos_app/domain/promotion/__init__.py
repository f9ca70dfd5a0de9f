"""Promotions as data: a condition and a benefit, judged when read. Never applied here."""
