"""The messages between tills and server, with their version. Never a rule."""
