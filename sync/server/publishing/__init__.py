"""The server's state told to tills: feed, scopes, snapshots, keys. Never a decision."""
