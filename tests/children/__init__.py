"""What a test's child does (see child.py): plain functions, and answers that JSON can carry."""
