"""A stand-in for Segment."""
