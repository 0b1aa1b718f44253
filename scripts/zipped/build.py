"""Builds the one-file program: build.py FILE. Run by scripts/pyz.

netifaces is not in it, as it is compiled. Linux does not need it; elsewhere a host may have it installed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TREE = HERE.parents[1]
# Lexers, styles and formatters of others, parts of prompt_toolkit that serve terminals elsewhere, and test data.
LEFT_OUT = (
    *("pygments/lexers/", "pygments/styles/", "pygments/formatters/", "prompt_toolkit/contrib/"),
    *("pygments/sphinxext.py", "pygments/unistring.py", "prompt_toolkit/input/win32", "prompt_toolkit/output/win32"),
)
KEPT = (
    *("pygments/lexers/__init__.py", "pygments/lexers/_mapping.py", "pygments/styles/__init__.py"),
    *("pygments/styles/_mapping.py", "pygments/styles/default.py", "pygments/formatters/__init__.py"),
    "pygments/formatters/_mapping.py",
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP archive can hold


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the path in the archive and the bytes of each file."""
    for path in sorted((TREE / "stcp_shell").rglob("*")):
        if path.suffix in (".py", ".json", ".rst"):
            yield path.relative_to(TREE).as_posix(), path.read_bytes()
    yield "LICENSE", (TREE / "LICENSE").read_bytes()
    for path in sorted(dependencies().rglob("*")):
        name = path.relative_to(dependencies()).as_posix()
        about = ".dist-info/" in name and path.name.startswith(("LICENSE", "AUTHORS", "METADATA"))
        module = path.suffix == ".py" and (name in KEPT or not name.startswith(LEFT_OUT))
        if path.is_file() and (about or module):
            yield name, path.read_bytes()


@cache
def dependencies() -> Path:
    """Return the folder with the dependencies; pip fetches them once."""
    wanted = HERE / "requirements.txt"
    folder = Path(sys.prefix) / f"zipped-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=sys.prefix) as made:
            target = Path(made) / "made"
            options = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.9", "--no-compile"]
            words = ["install", "--quiet", *options, "--target", str(target), "--requirement", str(wanted)]
            subprocess.run([sys.executable, "-m", "pip", *words], check=True)
            target.rename(folder)
    return folder


def main() -> None:
    """Write the archive, with a shebang line before it."""
    target = Path(sys.argv[1])
    files = sorted(contents())
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    start = (HERE / "start.py").read_text().replace('"DIGEST"', repr(digest.hexdigest()[:32]))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in [("__main__.py", start.encode()), *files]:
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                archive.writestr(entry, data)
    target.chmod(0o755)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {len(files)} files")


main()
