"""An experiment's table: whether it can be trusted, what it says, and what to do next."""
