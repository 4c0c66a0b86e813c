"""Bars as static SVG, readable on light and dark pages."""

from html import escape

from bench.report import Plot

WIDTH, LABELS, FIGURES = 720, 250, 90
ROW, TOP, BOTTOM = 26, 40, 12
HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{{height}}" '
    f'viewBox="0 0 {WIDTH} {{height}}" role="img" font-family="sans-serif" font-size="13">'
)
NAME = '<text x="{x}" y="{y}" text-anchor="end" fill="#1f2328">{name}</text>'
BAR = '<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#2f6fb0"/>'


def drawn(plot: Plot) -> str:
    """Return a plot as SVG: one bar for each name, its figure behind it."""
    most = max([*plot.bars.values(), 1e-9])
    height = TOP + ROW * len(plot.bars) + BOTTOM
    words = "; ".join(f"{name}: {_figure(value)}" for name, value in plot.bars.items())
    title = f"{escape(plot.title)} ({escape(plot.unit)})"
    lines = [
        HEAD.format(height=height),
        f"<title>{title}: {escape(words)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-weight="bold" fill="#1f2328">{title}</text>',
    ]
    for number, (name, value) in enumerate(plot.bars.items()):
        top = TOP + number * ROW
        length = max(1, round((WIDTH - LABELS - FIGURES) * value / most))
        beside, text = LABELS + length + 6, top + 16
        lines += [
            NAME.format(x=LABELS - 8, y=text, name=escape(name)),
            BAR.format(x=LABELS, y=top + 3, width=length, height=ROW - 8),
            f'<text x="{beside}" y="{text}" fill="#1f2328">{_figure(value)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _figure(value: float) -> str:
    """Write a figure with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.2g}"
