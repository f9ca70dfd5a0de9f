"""The loyalty programme and its points. Never stores a balance that cannot be recomputed."""
