"""Charts, drawn once: the same SVG stands on a page, and as PNG in a message."""

from daemon.chart.compared import Compared, compared
from daemon.chart.picture import drawn
from daemon.chart.png import as_png
from daemon.chart.sparkline import spark

__all__ = ["Compared", "as_png", "compared", "drawn", "spark"]
