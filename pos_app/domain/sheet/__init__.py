"""What a programme says to a member, sentence by sentence. Never a price, never a language."""
