"""The causal graph of a recipe as a picture (SVG): causes on the left, effects on the right.

A variable is in the column after its last cause; in a column, variables whose causes are close together are close
together. The color of a box shows the unit that has the value; latent variables have a dashed outline, truth a thick
one.
"""

from __future__ import annotations

from html import escape

from synthetic.recipes.base import Recipe

FILL = {"grid": "#dceaf7", "household": "#e5f2dc", "person": "#fbf0d9"}
WIDE, HIGH, COLUMN, ROW, EDGE = 138, 26, 200, 44, 30


def columns(recipe: Recipe) -> list[list[str]]:
    """The variables by column (the length of the longest chain of causes), sorted by the mean row of their causes."""
    depth: dict[str, int] = {}
    for name in recipe.order:
        depth[name] = max((depth[parent] + 1 for parent in recipe.variables[name].parents), default=0)
    row: dict[str, float] = {}
    made: list[list[str]] = []
    for level in range(max(depth.values()) + 1):
        here = [name for name in recipe.order if depth[name] == level]
        means = {
            name: sum(row[parent] for parent in recipe.variables[name].parents) / len(recipe.variables[name].parents)
            if recipe.variables[name].parents
            else float(here.index(name))
            for name in here
        }
        here.sort(key=lambda name: means[name])
        row.update({name: float(place) for place, name in enumerate(here)})
        made.append(here)
    return made


def svg(recipe: Recipe) -> str:
    """The picture, as the text of an SVG file."""
    levels = columns(recipe)
    tall = max(map(len, levels)) * ROW + 2 * EDGE + 60
    wide = len(levels) * COLUMN + 2 * EDGE
    at: dict[str, tuple[float, float]] = {}
    for place, names in enumerate(levels):
        top = 60 + (tall - 60 - len(names) * ROW) / 2
        for k, name in enumerate(names):
            at[name] = (EDGE + place * COLUMN, top + k * ROW)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>Causal graph of {escape(recipe.name)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{EDGE}" y="24" font-size="15">{escape(recipe.title or recipe.name)}</text>',
    ]
    lines += _key()
    for name, (x, y) in at.items():
        for parent in recipe.variables[name].parents:
            left, up = at[parent][0] + WIDE, at[parent][1] + HIGH / 2
            bend, down = max((x - left) / 2, 30), y + HIGH / 2
            lines.append(
                f'<path d="M{left:g} {up:g} C{left + bend:g} {up:g} {x - bend:g} {down:g} {x:g} {down:g}" '
                'fill="none" stroke="#555" stroke-opacity="0.55" marker-end="url(#tip)"/>'
            )
    for name, (x, y) in at.items():
        each = recipe.variables[name]
        dashed = "" if each.column else ' stroke-dasharray="4 3"'
        lines += [
            f"<g><title>{escape(f'{each.meaning}, set per {each.assigned_to}')}</title>",
            f'<rect x="{x:g}" y="{y:g}" width="{WIDE}" height="{HIGH}" rx="4" fill="{FILL[each.assigned_to]}" '
            f'stroke="#333" stroke-width="{2.5 if each.truth else 1}"{dashed}/>',
            f'<text x="{x + WIDE / 2:g}" y="{y + 17:g}" text-anchor="middle">{escape(name)}</text></g>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _key() -> list[str]:
    lines, x = [], EDGE
    for unit, fill in FILL.items():
        lines.append(f'<rect x="{x}" y="36" width="14" height="14" fill="{fill}" stroke="#333"/>')
        lines.append(f'<text x="{x + 20}" y="48">set per {unit}</text>')
        x += 140
    lines.append(f'<text x="{x}" y="48">dashed outline: latent; thick outline: truth</text>')
    return lines
