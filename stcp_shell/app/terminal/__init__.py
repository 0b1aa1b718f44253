"""The terminal: prompt, completion, history, live line. Only the live line is imported if no person types."""
