"""The table and the pictures in docs/, drawn from figures and never typed."""

import pathlib
import statistics
import subprocess

import report

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BEGIN = "<!-- bench.sh writes the table from here -->"
END = "<!-- to here -->"
_DATABASES = ("sqlite", "postgresql")
_HEAD = """set terminal svg size 720,400 font "sans-serif,13" background "white"
set grid
set key {key}
"""


def write(result):
    """Puts the table of `result` between the marks of docs/performance.md, and draws."""
    file = DOCS / "performance.md"
    before, rest = file.read_text().split(BEGIN)
    _, after = rest.split(END)
    file.write_text(f"{before}{BEGIN}\n\n{report.table(result)}\n\n{END}{after}")
    runs = report.shown(result["runs"])
    _draw_throughput(runs)
    _draw_latency(runs)


def _medians(runs, name):
    """Of the figures under `name`, by their keys as numbers, ascending."""
    having = [figures[name] for figures in runs if name in figures]
    if not having:
        return []
    return sorted((float(key), statistics.median(figures[key] for figures in having))
                  for key in having[0])


def _draw(name, settings, key, lines):
    """`lines` are (title, points); nothing is drawn without any."""
    lines = [(title, points) for title, points in lines if points]
    if not lines:
        return
    script = _HEAD.format(key=key) + settings + f'\nset output "{DOCS / name}"\n'
    for number, (_, points) in enumerate(lines):
        script += f"$line{number} << END\n"
        script += "".join(f"{x} {y}\n" for x, y in points) + "END\n"
    script += "plot " + ", ".join(f'$line{number} with linespoints lw 2 title "{title}"'
                                  for number, (title, _) in enumerate(lines)) + "\n"
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def _draw_throughput(runs):
    _draw("performance-throughput.svg",
          'set logscale x 2\nset xlabel "connections"\nset ylabel "webhooks a second"\n'
          'set yrange [0:*]', "top left",
          [(database, _medians(runs, f"{database}.sweep")) for database in _DATABASES])


def _draw_latency(runs):
    def spread(points):  # 90, 99, 99.9 at equal distances
        return [(100 / (100 - percent), microseconds / 1000)
                for percent, microseconds in points if percent < 100]
    ticks = ", ".join(f'"{label} %%" {100 / (100 - float(label))}'
                      for label in ("50", "90", "99", "99.9", "99.99"))
    _draw("performance-latency.svg",
          f'set logscale x\nset logscale y\nset xtics ({ticks})\nset xlabel "of the webhooks"\n'
          'set ylabel "answered within, ms"\nset rmargin 6', "below",
          [(f"{database}, {kind} bodies",
            spread(_medians(runs, f"{database}.{kind}.open.percentiles_us")))
           for database in _DATABASES for kind in ("small", "real")])
