"""周报: weekly reports and events, what is due, and what silence means."""
