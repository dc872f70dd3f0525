"""Mail: what it looks like, and how it is handed to a server."""
