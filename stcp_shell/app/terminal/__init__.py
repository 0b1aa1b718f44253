"""The terminal: prompt, completion, history, live line. All but the live line is imported only when a person types."""
