"""How each result reads, on the screen and in every report."""
