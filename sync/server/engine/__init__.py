"""Tables, transactions and what every room of the server stands on. Never a rule."""
