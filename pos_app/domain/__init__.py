"""The rules: money, transactions, promotions, loyalty. Never a clock, I/O, a float, Qt or SQL."""
