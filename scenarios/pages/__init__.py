"""Pages to play with: an answer that moves with its levers, in one file that needs no server."""
