"""The courier on the till: push, pull, bootstrap, allowances. Never a rule, never a screen."""
