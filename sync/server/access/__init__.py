"""Who asks, and which member a key belongs to. Never what is answered."""
