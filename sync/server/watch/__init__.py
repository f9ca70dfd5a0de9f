"""Is the server well, and are its books right. Never data of the shop."""
