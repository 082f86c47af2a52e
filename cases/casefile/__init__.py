"""A case taken away as a file, and the file looked at again."""
