"""The picture of the paths as SVG: with escaped text, without external resources, for light and dark themes."""

from collections.abc import Iterable, Iterator
from html import escape

from ...log.reader import ReadProblems
from ...model.entry import Entry
from ..overview import Overview
from ..text.escape import visible
from .layout import Box, Line, Mark, Panel, Shape, Text, panel
from .scene import Scene

_BETWEEN = 28  # pixels between two panels
# In a page these rules apply to the picture only: every class begins with p-.
STYLE = """\
.p{--p-paper:#fff;--p-ink:#1f2328;--p-soft:#59636e;--p-edge:#8c959f;--p-fill:#f6f8fa;--p-inner:#fff;
--p-good:#1a7f37;--p-bad:#cf222e;--p-warn:#9a6700;--p-none:#59636e;background:var(--p-paper);
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){.p{--p-paper:#0d1117;--p-ink:#e6edf3;--p-soft:#9198a1;--p-edge:#656c76;
--p-fill:#161b22;--p-inner:#0d1117;--p-good:#3fb950;--p-bad:#f85149;--p-warn:#d29922;--p-none:#9198a1}}
@media print{.p{--p-paper:#fff;--p-ink:#000;--p-soft:#333;--p-edge:#666;--p-fill:#fff;--p-inner:#fff;
--p-good:#1a7f37;--p-bad:#cf222e;--p-warn:#7a5200;--p-none:#333}}
.p text{fill:var(--p-ink);text-anchor:middle;font-size:12px}
.p .p-title{font-size:14px;font-weight:600}
.p .p-name{font-size:12px;font-weight:600}
.p .p-address{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px}
.p .p-small{fill:var(--p-soft);font-size:11px}
.p .p-left{text-anchor:start}
.p .p-outcome{font-weight:600}
.p rect{fill:var(--p-inner);stroke:var(--p-edge)}
.p .p-host,.p .p-target{fill:var(--p-fill);stroke-width:1.5}
.p .p-interface{stroke-dasharray:none;stroke-opacity:.5}
.p .p-silent{stroke-dasharray:4 4}
.p .p-refuses{stroke:var(--p-bad);stroke-width:3}
.p .p-label{stroke-width:1.5}
.p .p-line{fill:none;stroke-width:2.5}
.p .p-broken{stroke-dasharray:6 5}
.p .p-sign{fill:none;stroke-width:3;stroke-linecap:round}
.p .p-disc{fill:var(--p-paper);stroke-width:2}
.p .p-good{stroke:var(--p-good)}.p .p-bad{stroke:var(--p-bad)}
.p .p-warn{stroke:var(--p-warn)}.p .p-none{stroke:var(--p-none)}"""
_LEGEND = (
    ("arrow", "good", "connected"),
    ("cross", "bad", "refused, or rejected on the path"),
    ("question", "warn", "no answer, or the answers differ; dashed: not proven"),
)


def picture(entries: Iterable[Entry], problems: ReadProblems) -> Iterator[str]:
    """Yield the lines of an SVG file."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield from drawing(Scene(Overview(entries, problems)), style=True)


def drawing(scene: Scene, style: bool = False) -> Iterator[str]:
    """Yield the lines of the `svg` element. `style`: with STYLE in it; a page has STYLE itself."""
    panels = [panel(target, scene) for target in scene.targets]
    notes = _notes(scene)
    legend = 22 * (len(_LEGEND) + 1) if panels else 0
    width = max([each.width for each in panels] + [300.0]) + 24
    height = sum(each.height + _BETWEEN for each in panels) + legend + 18 * len(notes) + 24
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p" role="img" aria-labelledby="p-title p-desc"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
    )
    yield f'<title id="p-title">{_safe(f"Paths from {scene.host}")}</title>'
    words = [sentence for each in panels for sentence in each.words]
    yield f'<desc id="p-desc">{_safe("; ".join([*words, *notes]))}</desc>'
    if style:
        yield f"<style>{STYLE}</style>"
        yield f'<rect x="0" y="0" width="{width:.0f}" height="{height:.0f}" style="fill:var(--p-paper);stroke:none"/>'
    top = 12.0
    for each in panels:
        yield from _panel(each, 12, top)
        top += each.height + _BETWEEN
    if panels:
        yield from _legend(12, top)
        top += legend
    for note in notes:
        yield f'<text class="p-small p-left" x="12" y="{top:.0f}">{_safe(note)}</text>'
        top += 18
    yield "</svg>"


def _notes(scene: Scene) -> list[str]:
    notes = []
    sources = sum(target.more for target in scene.targets)
    if not scene.targets:
        notes.append("The log has no connection, verdict or trace to draw.")
    if sources:
        notes.append(f"Not drawn: {sources} more source address{'es' if sources > 1 else ''}.")
    if scene.more_targets:
        notes.append(f"Not drawn: {scene.more_targets} more destination{'s' if scene.more_targets > 1 else ''}.")
    return notes


def _panel(each: Panel, x: float, y: float) -> Iterator[str]:
    yield f'<g transform="translate({x:.1f} {y:.1f})">'
    for shape in each.shapes:
        yield from _shape(shape)
    yield "</g>"


def _shape(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Text):
        yield f'<text class="p-{shape.style}" x="{shape.x:.1f}" y="{shape.y:.1f}">{_safe(shape.text)}</text>'
    elif isinstance(shape, Box):
        role = f" p-{shape.role}" if shape.role else ""
        yield (
            f'<rect class="p-{shape.style}{role}" x="{shape.x:.1f}" y="{shape.y:.1f}"'
            f' width="{shape.width:.1f}" height="{shape.height:.1f}" rx="6"/>'
        )
    elif isinstance(shape, Line):
        yield (
            f'<path class="p-line p-{shape.style} p-{shape.role}"'
            f' d="M{shape.x:.1f} {shape.top:.1f}V{shape.bottom:.1f}"/>'
        )
    else:
        yield from _mark(shape)


def _mark(mark: Mark) -> Iterator[str]:
    """Yield an arrowhead, a cross or a question mark, so that the outcome is visible without colour."""
    x, y, role = mark.x, mark.y, mark.role
    if mark.kind == "arrow":
        yield f'<path class="p-sign p-{role}" d="M{x - 6:.1f} {y - 9:.1f}l6 7l6 -7"/>'
        return
    if mark.kind == "back":
        yield f'<path class="p-sign p-{role}" d="M{x - 6:.1f} {y + 9:.1f}l6 -7l6 7"/>'
        return
    yield f'<circle class="p-disc p-{role}" cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
    if mark.kind == "cross":
        yield f'<path class="p-sign p-{role}" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"/>'
    else:
        yield f'<text class="p-name" x="{x:.1f}" y="{y + 4:.1f}">?</text>'


def _legend(x: float, y: float) -> Iterator[str]:
    for number, (kind, role, text) in enumerate(_LEGEND):
        line = y + 22 * number
        broken = " p-broken" if kind == "question" else ""
        yield f'<path class="p-line p-{role}{broken}" d="M{x + 2:.0f} {line:.0f}h30"/>'
        yield from _mark(Mark(x + 46, line + (6 if kind == "arrow" else 0), kind, role))
        yield f'<text class="p-left p-small" x="{x + 66:.0f}" y="{line + 4:.0f}">{text}</text>'
    line = y + 22 * len(_LEGEND)
    yield f'<rect class="p-refuses" x="{x + 4:.0f}" y="{line - 7:.0f}" width="46" height="14" rx="3"/>'
    yield f'<text class="p-left p-small" x="{x + 66:.0f}" y="{line + 4:.0f}">the device that rejected it</text>'


def _safe(text: str) -> str:
    return escape(visible(text))
