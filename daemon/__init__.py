"""Everything that touches the world. It decides nothing: the rules do."""
