"""A posterior computed block by block, as the causal graph factorises."""
