"""门禁: who may see and do what. Routes pass a gate; scope is one predicate, the path prefixes of the bearer."""
