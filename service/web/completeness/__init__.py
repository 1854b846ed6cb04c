"""报送情况页: who reported, in time or late, and who is silent – by county and week."""
