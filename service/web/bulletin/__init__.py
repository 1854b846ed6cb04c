"""周报要情页: one printed page about a week for leaders, without sealed values."""
