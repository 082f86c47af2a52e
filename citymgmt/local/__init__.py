"""The one-command start: everything on this machine, with made-up people and ninety made-up days."""
