"""Made-up usage of which everything is known, and what judges the rules by it."""
