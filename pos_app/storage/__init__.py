"""The till's memory: journal, outbox, mirror. Never decides a price or a right."""
