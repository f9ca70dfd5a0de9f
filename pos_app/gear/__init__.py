"""Adapters of well-kept libraries behind the Protocols of the domain. Never Qt, SQL or HTTP."""
