"""The central server: the same rules, its own storage. Never the till, never Qt."""
