"""For whom a treatment works: unit effects of a table, with intervals that hold."""
