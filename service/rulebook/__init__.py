"""规则: the versions of the rules, and which one is in force when."""
