"""What Core wrote (see `core`), as text. Written by `python -m tests.storage.sql_texts` alone."""
