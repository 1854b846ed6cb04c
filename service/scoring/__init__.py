"""评分: data in, scores out; pure, no database, no clock."""
