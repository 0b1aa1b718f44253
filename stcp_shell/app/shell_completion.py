"""Completion of the command line: a script each for bash, zsh and fish, made from the declared options."""

from collections.abc import Iterator, Sequence

from ..language.kinds import FLAG
from ..report.formats import FORMATS
from .options import OPTIONS, CliOption

NAMES = ("stcp-shell", "stcp_calls")
_SUFFIXES = {"--report": ".jsonl"}  # of the files that an option accepts

_BASH = """\
# Completion of stcp-shell for bash: eval "$(stcp-shell --completion bash)"
_stcp_shell_offer() {
    local line
    while IFS= read -r line; do COMPREPLY+=("$line"); done
}
_stcp_shell_files() {
    compopt -o filenames 2>/dev/null
    _stcp_shell_offer < <(compgen -d -- "$current")
    _stcp_shell_offer < <(compgen -f -X "$1" -- "$current" | while IFS= read -r f; do [[ -d $f ]] || echo "$f"; done)
}
_stcp_shell() {
    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} equals=
    COMPREPLY=()
    if [[ $current == = ]]; then # --option=value arrives as three words
        current= equals=1
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD-2]} equals=1
    fi
    case $option in
@CASES@
    esac
    if [[ $current == -* ]]; then
        _stcp_shell_offer < <(compgen -W "@OPTIONS@" -- "$current")
    else
        _stcp_shell_files '!*.stcp'
    fi
}
complete -F _stcp_shell @COMMANDS@"""

_ZSH = """\
#compdef @COMMANDS@
# Completion of stcp-shell for zsh: put this into the file _stcp-shell in a folder of $fpath,
# or after compinit in ~/.zshrc: eval "$(stcp-shell --completion zsh)"
_stcp_shell() {
    _arguments \\
@SPECS@
        '*:script:_files -g "*.stcp"'
}
if [[ ${funcstack[1]-} == _stcp-shell ]]; then
    _stcp_shell "$@"
else
    compdef _stcp_shell @COMMANDS@
fi"""


def completion(shell: str, scenarios: Sequence[str]) -> list[str]:
    """Return the lines of the script for bash, zsh or fish; `scenarios` are the values of --lab."""
    values = {"scenario": scenarios, "format": list(FORMATS)}

    def of(flag: CliOption) -> Sequence[str]:
        return values.get(flag.kind.completes, flag.kind.choices)

    options = [(flag, of(flag)) for flag in OPTIONS]
    if shell == "fish":
        return list(_fish(options))
    script = _BASH if shell == "bash" else _ZSH
    parts = {
        "CASES": "\n".join(_bash(options)),
        "SPECS": "\n".join(_zsh(options)),
        "OPTIONS": " ".join(flag.name for flag in OPTIONS),
        "COMMANDS": " ".join(NAMES),
    }
    for name, text in parts.items():
        script = script.replace(f"@{name}@", text)
    return script.split("\n")


def _bash(options: Sequence[tuple[CliOption, Sequence[str]]]) -> Iterator[str]:
    """Yield what may follow each option that takes a value."""
    for flag, values in options:
        if flag.kind is FLAG:
            continue
        end = "[[ $equals ]] && return" if flag.optional else "return"
        if flag.kind.completes == "path":
            suffix = _SUFFIXES.get(flag.name)
            offer = f"_stcp_shell_files '{f'!*{suffix}' if suffix else ''}'; "
        else:
            offer = f'_stcp_shell_offer < <(compgen -W "{" ".join(values)}" -- "$current"); ' if values else ""
        yield f"        {flag.name}) {offer}{end} ;;"


def _zsh(options: Sequence[tuple[CliOption, Sequence[str]]]) -> Iterator[str]:
    for flag, values in options:
        text = flag.help.replace("[", r"\[").replace("]", r"\]").replace(":", r"\:")
        if flag.kind is FLAG:
            yield f"        {_quoted(f'{flag.name}[{text}]', zsh=True)} \\"
            continue
        action = f"({' '.join(values)})" if values else ""
        if flag.kind.completes == "path":
            suffix = _SUFFIXES.get(flag.name)
            action = f'_files -g "*{suffix}"' if suffix else "_files"
        name = f"{flag.name}=" if flag.name.startswith("--") else f"*{flag.name}+"
        spec = f"{name}[{text}]{'::' if flag.optional else ':'}{flag.kind.label}:{action}"
        yield f"        {_quoted(spec, zsh=True)} \\"


def _fish(options: Sequence[tuple[CliOption, Sequence[str]]]) -> Iterator[str]:
    first, *others = NAMES
    yield f"# Completion of {first} for fish: put this into ~/.config/fish/completions/{first}.fish"
    yield f"complete -c {first} -f -k -a '(__fish_complete_suffix .stcp)'"
    for flag, values in options:
        name = f"-l {flag.name[2:]}" if flag.name.startswith("--") else f"-s {flag.name[1:]}"
        words = [f"complete -c {first}", name]
        offered = _quoted(" ".join(values))
        if flag.kind.completes == "path":
            suffix = _SUFFIXES.get(flag.name)
            words.append(f"-r -f -k -a '(__fish_complete_suffix {suffix})'" if suffix else "-r -F")
        elif flag.kind is not FLAG:
            words += ["" if flag.optional else "-x", f"-a {offered}" if values else ""]
        yield " ".join([*filter(None, words), f"-d {_quoted(flag.help)}"])
        if flag.optional:  # fish itself offers the values of such options only after a =
            yield f"complete -c {first} -n '__fish_prev_arg_in {flag.name}' -f -a {offered}"
    for name in others:
        yield f"complete -c {name} -w {first}"


def _quoted(text: str, zsh: bool = False) -> str:
    """Return the text in apostrophes, quoted as in POSIX shells (zsh) or as in fish."""
    escaped = text.replace("'", r"'\''") if zsh else text.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"
