"""备份: one archive of a whole instance, from either database into either."""
