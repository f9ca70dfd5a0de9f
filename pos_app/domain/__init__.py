"""The rules: money, transaction, promotions, loyalty, ledger. Never a clock, I/O, a float or a framework."""
