"""组织: the tree of nodes, who answers for whom, and how to reach them."""
