"""The topics of `help` and of the manual, a file each; in the order in which a new user would read them."""

TOPICS = (
    *(
        "problem",
        "verdicts",
        "callbacks",
        "paths",
        "routes",
        "pasted",
        "lab",
        "language",
        "terminal",
        "checks",
        "changes",
    ),
    *("tickets", "redaction", "records", "files", "completion", "security", "limits"),
)
