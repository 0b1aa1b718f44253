"""From text to commands. Knows no network and no terminal."""
