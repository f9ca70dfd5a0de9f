"""Pricing: a basket in, every amount and its reason out. Never a device, a screen, a clock."""
