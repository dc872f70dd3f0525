"""What other settings of a rule would have told, over the past, and which of them to take."""
