"""Properties are tried on the same examples everywhere, however busy the machine is."""

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
