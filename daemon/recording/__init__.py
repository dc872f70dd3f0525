"""What a source's days came to, recorded elsewhere: each of them once, by daemon or by command."""
