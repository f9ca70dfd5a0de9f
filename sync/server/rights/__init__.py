"""Points promised to tills for spending offline, and their way back. Never more than there are."""
