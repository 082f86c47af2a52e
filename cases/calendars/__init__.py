"""Calendars of working time for people: read, compared, typed in and taken from files."""
