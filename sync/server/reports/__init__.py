"""What a manager asks of a period, from posted receipts. Never a name, never a second rule."""
