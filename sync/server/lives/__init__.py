"""Lives of tills' databases and of the server's own. Never two that both spend."""
