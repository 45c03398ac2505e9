"""Help with the query: what was meant by it, and how it may go on."""
