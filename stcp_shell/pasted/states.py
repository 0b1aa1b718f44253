"""What became of a line: each line of a pasted text ends in exactly one state."""

ROW, HEAD, IDLE, FRAME, PARTLY, UNREAD = range(6)
NAMES = ("row", "head", "idle", "frame", "partly", "not understood")
MEANINGS = (
    "a fact comes from it",
    "a heading, a banner, a ruler, a legend",
    "known and of no use here: counters, media, an empty line",
    "a prompt, a command, quoting",
    "its layout is known, but a value is missing, cut, masked or unknown",
    "no reader knows it",
)
