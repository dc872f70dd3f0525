"""A stand-in for Kill Bill."""
