"""The picture of the paths: what it shows, where that stands, and how it is drawn."""
