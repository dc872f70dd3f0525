"""What a change of the rules would have changed for people, over the past."""
