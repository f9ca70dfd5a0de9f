"""HTTP: bytes in, bytes out. Never SQL."""
