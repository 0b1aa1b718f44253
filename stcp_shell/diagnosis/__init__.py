"""From recorded facts to verdicts, reasons and remedies: pure functions; only `examine` and `route_choice` do I/O."""
