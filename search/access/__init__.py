"""Who may do what: people and their roles, sessions, limits, and the gate before every request."""
