"""`kopilka server ...`: commands, and the bundle for support. Never a second way to write."""
