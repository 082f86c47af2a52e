"""What a case's chain says, and whether the rows beside it say the same."""
