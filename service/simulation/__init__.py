"""模拟: seeded, synthetic enterprises with planted incidents."""
