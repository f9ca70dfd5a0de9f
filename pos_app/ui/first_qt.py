"""Qt's core and nothing else: what is imported first of all. Never anything of ours."""

from PySide6.QtCore import QCoreApplication


def is_here() -> bool:
    """Whether an application runs already."""
    return QCoreApplication.instance() is not None
