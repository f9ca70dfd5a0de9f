"""The JSON-lines front end. Never holds a rule."""
