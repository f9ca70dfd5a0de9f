"""What happens without anybody asking. Never a new rule."""
