"""A sandbox learnt from a table: rows like its own, whose truth is known."""
