"""What scenarios and commands show: figures, graphs, equations, tables in words, reports."""
