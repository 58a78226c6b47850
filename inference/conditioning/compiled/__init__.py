"""The log-density of a model, compiled once a machine and kept on disk."""
