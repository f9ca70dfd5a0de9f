"""Persons at rest: each under a key of their own. Never in clear in the database."""
