"""What was measured, how, and the command that repeats it: ./dev bench."""
