"""From text to commands. Uses no network and no terminal."""
