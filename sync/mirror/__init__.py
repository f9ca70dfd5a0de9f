"""The mirror file: written here, by the server's snapshots and by the courier. Never a rule."""
