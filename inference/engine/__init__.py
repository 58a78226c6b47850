"""Every variable in every world: one symbolic graph, compiled once, run over draws."""
