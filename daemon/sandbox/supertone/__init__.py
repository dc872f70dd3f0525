"""A stand-in for Supertone."""
