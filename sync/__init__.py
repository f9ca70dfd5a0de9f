"""Many tills, one truth, no network needed: the messages, the courier, the server."""
