"""预警: from a score to an alert, and from an unsigned alert up the tree."""
