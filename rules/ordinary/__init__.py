"""What a series' own past makes ordinary, how far it strays, and how rarely by so much."""
