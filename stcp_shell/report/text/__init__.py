"""Each result as text, for the screen and for every report."""
