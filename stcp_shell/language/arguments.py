"""The words of a command as the values of its options and arguments."""

from typing import Any, Union

from ..errors import SyntaxProblem, brief, near_miss
from .declaration import Argument, Command, Option, keyword_of
from .kinds import FLAG, Misplaced, bracketed, host_and_port, is_address
from .syntax import Word
from .transcript import CONTINUED

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"  # what editors and mailers make of a hyphen
ONE_LINE = "write the command on one line"
_SMART = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab"  # quotes that editors and mailers write
_QUOTES = '"\u2018\u2019\u201c\u201d\u201e\u00ab`'
# Words of other programs for options of this one.
_MEANT = {
    **dict.fromkeys(("host", "hostname", "ip", "addr", "address", "dest", "destination", "server", "to"), "name"),
    **dict.fromkeys(("p", "dport"), "port"),
    **dict.fromkeys(("source", "src", "local", "bind", "s"), "from"),
    **dict.fromkeys(("w", "wait", "seconds", "t"), "timeout"),
    **dict.fromkeys(("i", "if", "iface", "dev", "nic"), "interface"),
}


def arguments_of(command: Command, head: Word, words: list[Word]) -> dict[str, Any]:
    """Return the values by the function's parameter names. Raises SyntaxProblem at the wrong word."""
    values: dict[str, Any] = {}
    loose: list[Word] = []
    rest = bool(command.arguments) and command.arguments[-1].rest
    waiting = iter(words)
    for word in waiting:
        if not rest:
            _check_characters(command, word)
        if not _is_option(word) or (rest and loose):
            loose.append(word)
            continue
        option = _option(command, word)
        if keyword_of(option.name) in values:
            raise SyntaxProblem(f"{command.name}: {word.text} is given twice", word.column)
        if option.kind is FLAG:
            values[keyword_of(option.name)] = True
            continue
        value = next(waiting, None)
        if value is None or _is_option(value):
            needed = f"-{option.name} {option.kind.label}"
            raise SyntaxProblem(f"{command.name}: {word.text} needs a value: {needed}", word.column)
        _check_characters(command, value)
        _store(command, option, value, values)
    if rest and loose:
        _check_text(command, loose)
    _assign(command, loose, values)
    _check(command, head, values, words)
    return values


def _is_option(word: Word) -> bool:
    """Return whether a word is an option. A quoted word, a negative number and a lone `-` are values."""
    return word.text[:1] == "-" and word.text[1:2].isalpha() and not word.literal


def _check_characters(command: Command, word: Word) -> None:
    """Raise SyntaxProblem for an option or a quote as other programs write it, or as editors change it."""
    text = word.text
    if word.literal or not text or text[0].isalnum():  # most words
        return
    _check_continuation(command, word)
    if text[0] in _QUOTES:
        raise SyntaxProblem(f"{command.name}: {brief(text)}: quote with apostrophes: '…'", word.column)
    name, equals, value = text.lstrip("-" + _DASHES).partition("=")
    dashes = text[: len(text) - len(name + equals + value)]
    if not dashes or not name[:1].isalpha() or (dashes == "-" and (not equals or name not in command.options)):
        return
    right = f"write -{name}{f' {value}' if value else ''}"
    if name not in command.options:
        right = f"an option begins with one hyphen{_hint(command, name)}"
    if odd := next((dash for dash in dashes if dash != "-"), ""):
        raise SyntaxProblem(f"{command.name}: {brief(text)} begins with {brief(odd)}, no hyphen: {right}", word.column)
    at = word.column + (len(name) + 1 if dashes == "-" else len(dashes) - 1)
    raise SyntaxProblem(f"{command.name}: {brief(text)}: {right}", at)


def _check_continuation(command: Command, word: Word) -> None:
    """Raise SyntaxProblem if a word continues the line for OpenVOS, Unix, Windows or PowerShell."""
    if word.text in CONTINUED and not word.literal:
        raise SyntaxProblem(f"{command.name}: no line is continued by a {word.text}: {ONE_LINE}", word.column)


def _check_text(command: Command, words: list[Word]) -> None:
    """Check the words of a text that goes to the end of the line: it may have any quotes inside, but not around it."""
    if words[-1].text == CONTINUED[0]:
        _check_continuation(command, words[-1])
    first = words[min(len(command.arguments), len(words)) - 1]
    if first.text[:1] and first.text[0] in _SMART and not first.literal:
        raise SyntaxProblem(f"{command.name}: {brief(first.text)}: quote with apostrophes: '…'", first.column)


def _option(command: Command, word: Word) -> Option:
    found = command.options.get(word.text[1:])
    if found is None:
        hint = _hint(command, word.text[1:])
        name = word.text.partition("=")[0]  # without a value, which can be a password
        raise SyntaxProblem(f"{command.name}: unknown option {brief(name)}{hint}", word.column)
    return found


def _hint(command: Command, name: str) -> str:
    """Return what an unknown option may stand for, or the command's options."""
    names = [f"-{each}" for each in command.options]
    if _MEANT.get(name.lower()) in command.options:
        return f" (did you mean -{_MEANT[name.lower()]}?)"
    known = f"; its options are {', '.join(names)}" if names else "; it has no options"
    return near_miss(f"-{name}", names) or known


def _store(command: Command, option: Option, word: Word, values: dict[str, Any]) -> None:
    """Store the value of an option; `HOST:PORT` is that of two."""
    port = command.options.get("port")
    if option.name == "name" and option.bare and port and port.bare and "://" not in word.text:
        host, number = host_and_port(word.text)
        if number:
            if "port" in values:
                raise SyntaxProblem(f"{command.name}: the port is given twice, too in {brief(word.text)}", word.column)
            values["port"] = _convert(command, port, Word(number, word.column + len(word.text) - len(number), True))
        word = word._replace(text=host)
    values[keyword_of(option.name)] = _convert(command, option, word)


def _assign(command: Command, loose: list[Word], values: dict[str, Any]) -> None:
    """Store the words without a -name: first those of options, then the arguments."""
    for option in command.bare:
        if loose and keyword_of(option.name) not in values:
            _store(command, option, loose.pop(0), values)
    for argument in command.arguments:
        if not loose:
            return
        if argument.rest:
            text = " ".join(word.text for word in loose)
            values[keyword_of(argument.name)] = _convert(command, argument, Word(text, loose[0].column, True))
            return
        if argument.many:
            values[keyword_of(argument.name)] = tuple(_convert(command, argument, word) for word in loose)
            return
        values[keyword_of(argument.name)] = _convert(command, argument, loose.pop(0))
    if loose:
        extra = loose[0]
        raise SyntaxProblem(f"{command.name}: unexpected {brief(extra.text)}; usage: {command.usage}", extra.column)


def _check(command: Command, head: Word, values: dict[str, Any], words: list[Word]) -> None:
    """Raise SyntaxProblem if a value is missing, or values exclude each other."""
    for parameter in command.parameters:
        if parameter.required and keyword_of(parameter.name) not in values:
            raise SyntaxProblem(f"{command.name}: {_missing(command, parameter, words)}", head.column)
    _check_families(command, head, values)
    for group in command.excludes:
        given = [f"-{name}" for name in group if keyword_of(name) in values]
        if len(given) > 1:
            raise SyntaxProblem(f"{command.name}: {' and '.join(given)} exclude each other", head.column)
    for name, needed in command.needs:
        others = needed.split("|")
        if keyword_of(name) in values and not any(keyword_of(each) in values for each in others):
            wanted = " or ".join(f"-{each} {command.options[each].kind.label}".rstrip() for each in others)
            raise SyntaxProblem(f"{command.name}: -{name} needs {wanted}", head.column)


def _missing(command: Command, parameter: Union[Option, Argument], words: list[Word]) -> str:
    """Return what to say of a missing value; a list of its choices stands in the usage alone."""
    meant = next(filter(None, (bracketed(word.text) for word in words)), "")
    if parameter.name == "port" and meant:
        return f"{parameter.usage} is missing (did you mean {meant}?)"
    name = parameter.name if "|" in parameter.usage else parameter.usage
    return f"{name} is missing; usage: {command.usage}"


def _check_families(command: Command, head: Word, values: dict[str, Any]) -> None:
    """Raise SyntaxProblem if -from has no address of the family of -name; a host name can have both."""
    name, sources = values.get("name"), values.get("from_")
    if not isinstance(name, str) or not sources or not command.bare or not is_address(name):
        return
    sources = [sources] if isinstance(sources, str) else sources
    if all(is_address(each) and (":" in each) != (":" in name) for each in sources):
        raise SyntaxProblem(
            f"{command.name}: -from {sources[0]} is of the other address family than {name}", head.column
        )


def _convert(command: Command, parameter: Union[Option, Argument], word: Word) -> Any:
    try:
        return parameter.kind.convert(word.text)
    except ValueError as reason:
        name = f"-{parameter.name} " if isinstance(parameter, Option) else ""
        shown = word.text if len(word.text) <= 40 else word.text[:39] + "…"
        # In a quoted word, or one with variables, a character of the value is not at that place of the line.
        at = reason.at if isinstance(reason, Misplaced) and not word.literal else 0
        raise SyntaxProblem(f"{command.name}: {name}{shown}: {reason}", word.column + at) from None
