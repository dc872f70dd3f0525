"""A stand-in for Fastly."""
