"""What people of head office look at and sign. Never a second way to write."""
