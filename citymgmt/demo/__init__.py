"""The made-up ninety days of the one-command start: people, standing plans and cases, all invented."""
