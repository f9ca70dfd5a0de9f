"""The composition root: the only room that knows everybody. Never a rule, never a screen."""
