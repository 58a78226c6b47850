"""Generators: the law of a table of mixed columns, learnt, and tables drawn anew from it."""
