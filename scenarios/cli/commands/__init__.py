"""The commands, one a file. None imports PyMC before it is run."""
