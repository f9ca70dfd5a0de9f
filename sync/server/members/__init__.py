"""What happens to members beside buying: activities, segments, import, erasure. Never a price."""
