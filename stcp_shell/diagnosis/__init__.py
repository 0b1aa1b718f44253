"""From recorded facts to verdicts, reasons and remedies: pure functions, no I/O."""
