"""Parts of the HTTP API (``agent/server.py`` puts them together)."""
