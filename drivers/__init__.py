"""Hands and eyes of a till: scanner, printer, drawer, display. Never knows anything of retail."""
