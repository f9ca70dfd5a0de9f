"""Every query of `till.db`, written by SQLAlchemy Core. Never imported by a process of a till.

What Core writes is kept as text in `statements` and `texts`, and a test compares: importing the
library costs a till more than all its queries (`python -m tests.storage.sql_texts` writes them).
"""
