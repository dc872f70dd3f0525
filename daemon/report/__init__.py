"""What a week or a month came to: gathered once, and told in words, pictures and figures."""
