"""The till's memory: `till.db` with facts and the reader of the mirror. Never a rule."""
