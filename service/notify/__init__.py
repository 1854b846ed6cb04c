"""通知: messages that leave the house, at least once, with a fixed id."""
