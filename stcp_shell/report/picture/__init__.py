"""The picture of the paths: its content (`scene`), its layout, and the drawing (`svg`)."""
