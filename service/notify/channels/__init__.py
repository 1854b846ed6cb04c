"""渠道: one file a channel."""
