"""A chart as PNG, where this machine can make one."""

from importlib import import_module

from daemon.chart.canvas import DARK, LIGHT, WIDTH, style

_PIXELS = 2 * WIDTH
"""Sharp on a phone, whose pixels are small."""


def as_png(svg: str) -> bytes | None:
    """A chart as PNG; None without the extra `charts`.

    A picture in a message cannot know whether it is read in the dark, and it is at night that it
    should not glare: it is dark. Letters are outlines, so that no font is looked for.
    """
    try:
        resvg = import_module("resvg_py")
    except ImportError:
        return None
    dark = svg.replace(style(LIGHT), style(DARK))
    return bytes(resvg.svg_to_bytes(svg_string=dark, width=_PIXELS, skip_system_fonts=True))
