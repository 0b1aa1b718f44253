"""The program: its command line, how it runs a session, and the terminal."""
