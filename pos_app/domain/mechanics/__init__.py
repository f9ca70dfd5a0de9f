"""The sections of the program document: data and how it is read. Never applied here."""
