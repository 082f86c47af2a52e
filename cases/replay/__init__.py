"""Reading other cities' requests: what a row says, which class it is, where it goes."""
