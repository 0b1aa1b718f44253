"""Passwords in lines and in what a peer sends: they are never shown again, logged, or kept in the history."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MASK = "***"
_BLANK = r"(?:\\?[ \t\x1f]|\\t|\\x(?:09|20))"  # also as an escape of `send`
_START = r"(?:^|'|\\[nrt]|\\x[0-9a-f]{2}|\bsend\s(?:-line\s)?)[ \t]{0,40}"
_WORDS = r"\w{0,60}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|CREDENTIAL)\w{0,60}"
# Names of variables, whose values are secrets.
_NAMED = (
    rf"(?:{_WORDS}|\w{{0,60}}COOKIE\w{{0,60}}|(?:\w{{0,60}}_)?PASS(?!IVE)\w{{0,60}}"
    r"|\w{0,60}(?<!BY)(?:PASS|PW|PWD|KEY|AUTH)(?:\d{1,9}|_\w{0,60})?)"
)
_MECHANISM = r"(?:PLAIN|LOGIN|NTLM|GSSAPI|EXTERNAL|XOAUTH2?|OAUTHBEARER|(?:CRAM|DIGEST|SCRAM)-[\w-]{1,20})"  # RFC 4422
_SCHEME = r"(?:Basic|Bearer|Digest|Negotiate|NTLM|Token)"
# Options of any program, but for `-password-file`; and what curl(1) takes.
_OPTION = (
    r"(?<![\w-])[-\u2013\u2014]{1,2}(?:\w{1,20}-)?(?:password|passwd|pass|passphrase|secret|token|api-?key)(?:\s+|=)(?:-line\s+)?"
    r"|\bcurl\s[^;\r\n]{0,200}?-u\s+[^\s:;']{1,60}:"
)
# What stands before a secret: FTP (RFC 959), SMTP and POP (RFC 4954), HTTP (RFC 9110, 11.6.2; RFC 6265), and names.
_BEFORE = (  # compiled when first needed
    rf"(?im)(?:{_START}(?:(?:PASS|ACCT){_BLANK}+|AUTH{_BLANK}+(?:[\w-]+{_BLANK}+|(?=\"))"
    rf"|(?:PASS|ACCT|AUTH){_BLANK}*:{_BLANK}*)"
    rf"|\b(?-i:PASS|ACCT)(?:{_BLANK}+|{_BLANK}*:{_BLANK}*)|\b(?-i:AUTH){_BLANK}*:{_BLANK}*"
    rf"|\bsend\s+(?:-line\s+)?'?(?:\w{{1,20}}{_BLANK}+)?LOGIN{_BLANK}+[^\s';]{{1,60}}{_BLANK}+"
    rf"|://[^\s/:@']{{1,60}}:(?P<url>)(?=[^\s/@']{{1,200}}@)|{_OPTION}"
    rf"|\bAUTH(?:ENTICATE)?{_BLANK}+{_MECHANISM}{_BLANK}+(?!{_MECHANISM}\b)"
    r"|(?:\b|\\n|\\x0a)(?:(?:Proxy-)?Authorization|(?:Set-)?Cookie2?|(?:X-)?Api-?Key|X-[\w-]{0,40}(?:Key|Token|Auth))"
    rf"{_BLANK}*:{_BLANK}*(?:{_SCHEME}{_BLANK}+)?"
    rf"|\bset\s+(?:-default\s+)?{_NAMED}\s+"
    rf"|\b{_WORDS}\"?\s{{0,20}}[=:]\s{{0,20}}|(?<!--)\b{_NAMED}=)'?(?=[^\s';])"
)
_LOGIN = rf"\bAUTH{_BLANK}+LOGIN\b(?P<initial>{_BLANK}+[^\s';])?"
_SEND = r"\bsend\s+(?:-\w+\s+)*(?P<quote>')?(?=\S)"
_LIKELY = ("pass", "acct", "auth", "secret", "token", "key", "pw", "cookie", "credential", "login", "://", "curl")
_LONGEST = 200  # characters of a line that is sent in parts
_LEAST = 4  # characters of a secret that is looked for in other texts


def masked(text: str, data: bool = False) -> str:
    """Return a text with `***` in the place of what follows PASS, AUTH, ...

    `data`: it is no line of the language: neither `;` nor an apostrophe ends a secret.
    """
    made, place = "", 0
    for start, end in _secrets(text, data):
        made += text[place:start] + MASK
        place = end
    return made + text[place:]


def is_secret(name: str) -> bool:
    """Return whether a variable's name says that its value is a secret."""
    return re.fullmatch(_NAMED, name, re.IGNORECASE) is not None


def masked_words(words: Sequence[str]) -> list[str]:
    """Return words of a command line, also NAME=VALUE, with `***` in the place of secrets."""
    made = []
    for word in words:
        setting = re.fullmatch(r"(?s)((?:-D)?(\w+)=).+", word)
        made.append(setting[1] + MASK if setting and is_secret(setting[2]) else masked(word))
    # Of a command in several words, `send PASS x`, a word alone does not show that it is a secret.
    if any(word in ("send", "set", "echo", "note") for word in words):
        made = masked("\x1f".join(made)).split("\x1f")
    return made


class Secrets:
    """What a session has learned to be secret: it is masked in what the peer sends and in results."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._known: set[str] = set()
        self._due = 0  # lines to be sent that are secrets: AUTH LOGIN asks for the user and the password
        self._open = ""  # what was sent of a line that has not ended
        for name, value in variables.items():
            if is_secret(name):
                self._add(value)

    def line(self, text: str) -> str:
        """Return a line of the language that has not run yet without its secrets."""
        text = masked(text)
        if "send" not in text.lower():
            return text
        made, place, due, begun = "", 0, self._due, self._open
        for found in re.finditer(rf"{_SEND}|{_LOGIN}", text, re.IGNORECASE):
            if found.start() < place:
                continue
            if not found[0].lower().startswith("send"):
                due = 1 if found["initial"] else 2
                continue
            end = _end(text, found.end(), "'\r\n" if found["quote"] else ";\r\n")
            sent = text[found.end() : end]
            if due or _completes(begun, sent):
                made += text[place : found.end()] + MASK
                place = end
                due = max(0, due - 1)
            begun = _begun(begun + sent, "-line" in found[0].lower())
        return made + text[place:]

    def learn(self, command: str, arguments: Mapping[str, Any]) -> bool:
        """Learn the secrets in the values of a command that is about to run; return whether there are any."""
        before = len(self._known)
        texts = [value for value in arguments.values() if isinstance(value, str)]
        if command == "send":  # as it is written: some words are secrets of a dialogue only
            texts = [f"send {text}" for text in texts]
        found = [text[start:end] for text in texts for start, end in _secrets(text, True)]
        if command == "set" and is_secret(str(arguments.get("name"))):
            found.append(str(arguments.get("value")))
        if command == "send":
            text = str(arguments.get("text"))
            login = re.search(_LOGIN, text, re.IGNORECASE)
            if arguments.get("secret") or self._due or _completes(self._open, text):
                found += re.split(r"\\[rn]", text)
            self._open = _begun(self._open + text, bool(arguments.get("line")))
            self._due = (1 if login["initial"] else 2) if login else max(0, self._due - 1)
        for each in found:
            self._add(re.split(r"\\[rn]", each)[0])
        return bool(found) or len(self._known) > before

    def text(self, text: str) -> str:
        """Return what a peer has sent, or a result, without secrets."""
        text = masked(text, True)
        for each in sorted(self._known, key=len, reverse=True):
            text = text.replace(each, MASK)
        return text

    def _add(self, secret: str) -> None:
        secret = secret.strip()
        if len(secret) >= _LEAST:
            self._known.add(secret)


def _completes(begun: str, sent: str) -> bool:
    """Return whether what is sent holds a secret together with the begun line."""
    head = f"send {begun}"
    return bool(begun) and any(end > len(head) for _, end in _secrets(head + sent, True))


def _begun(sent: str, line: bool) -> str:
    """Return what was sent of the last line; empty: it has ended."""
    return "" if line else re.split(r"\\n|\\x0a|\n", sent, flags=re.IGNORECASE)[-1][-_LONGEST:]


def _secrets(text: str, data: bool) -> Iterator[tuple[int, int]]:
    """Yield where secrets begin and end in a text."""
    lower = text.lower()
    if not any(word in lower for word in _LIKELY):
        return
    place = 0
    for found in re.finditer(_BEFORE, text):
        if found.start() < place:
            continue
        if found["url"] is not None:
            place = text.index("@", found.end())
        elif data:
            place = _end(text, found.end(), "\r\n")
        else:
            quoted = text.count("'", 0, found.end()) % 2
            place = _end(text, found.end(), "'\r\n" if quoted else ";\r\n")
        yield found.end(), place


def _end(text: str, start: int, ends: str) -> int:
    """Return where a secret ends: at one of these characters, but not at two apostrophes, which stand for one."""
    place = start
    while place < len(text) and text[place] not in ends:
        place += 1
        if text[place : place + 2] == "''" and "'" in ends:
            place += 2
    return place
