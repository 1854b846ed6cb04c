"""处置: what officers do with an alert."""
