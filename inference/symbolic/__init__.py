"""PyTensor graphs, knowing no model."""
