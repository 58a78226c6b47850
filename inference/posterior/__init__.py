"""What is known after conditioning, and the file that keeps it."""
