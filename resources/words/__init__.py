"""Every word the product says, per language. Never decides what is said."""

from resources.words.catalogue import LANGUAGES, Words

__all__ = ["LANGUAGES", "Words"]
