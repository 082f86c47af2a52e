"""What is late: the rungs of the ladder and what runs beside it, fired by timers or settled by a step."""
