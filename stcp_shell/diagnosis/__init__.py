"""From recorded facts to verdicts, reasons and remedies: pure functions; only `examine` does I/O."""
