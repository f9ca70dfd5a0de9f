"""What a manager asks of a period: sums of receipts, of members, of a programme. Never a float."""
