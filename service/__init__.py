"""labour-watch 劳动关系预警: weekly reports in, scored alerts out, nobody forgotten."""
