"""Accounts, grants and conflicts of one bucket inside one transaction. Never HTTP."""
