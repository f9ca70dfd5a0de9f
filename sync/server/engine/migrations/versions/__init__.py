"""The revisions, one file each. Never changed once released."""
