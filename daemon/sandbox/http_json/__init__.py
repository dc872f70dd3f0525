"""A stand-in for an API that nobody wrote a module for."""
