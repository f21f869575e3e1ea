"""What the sender's own sent mail tells: who is written to, with whom, when, in which threads, about what. Kept in one file of the user's own."""
