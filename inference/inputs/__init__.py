"""What a user gives, checked and in order."""
