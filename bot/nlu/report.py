"""The report: a page with the figures of a measurement and the matrix of what was confused."""

from html import escape
from pathlib import Path

from bot.nlu.judge import Tally

CELL, MARGIN = 11, 150
"""Pixels of a square of the matrix, and of the names beside and above it."""
WORST = 20
STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.3rem .8rem;border:1px solid #bbb;text-align:start}"
    "svg{max-width:100%;height:auto}text{font-size:9px}"
)


def write(file: Path, title: str, tally: Tally) -> None:
    """Write the page; what is told there is in Chinese, for operators."""
    figures = "".join(
        f"<tr><th scope=row>{name}</th><td>{'-' if value is None else value}</td></tr>"
        for name, value in tally.figures().items()
    )
    worst = "".join(
        f"<tr><td>{escape(gold)}</td><td>{escape(said)}</td><td>{count}</td></tr>"
        for gold, said, count in tally.worst(WORST)
    )
    file.write_text(
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{escape(title)}</title>"
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><table>{figures}</table>"
        "<h2>最容易混淆的意图</h2>"
        f"<table><tr><th>说的是</th><th>听成</th><th>次数</th></tr>{worst}</table>"
        f"<h2>混淆矩阵</h2><p>每行是说的意图，每列是听成的意图，颜色越深次数越多。</p>{matrix(tally)}",
        encoding="utf-8",
    )


def matrix(tally: Tally) -> str:
    """The confusion matrix as an SVG: a row for each intent meant, a column for each one read."""
    names = tally.intents
    places = {name: MARGIN + i * CELL for i, name in enumerate(names)}
    most = {name: sum(tally.confused[name, one] for one in names) or 1 for name in names}
    cells = [
        f'<rect x="{places[said]}" y="{places[gold]}" width="{CELL - 1}" height="{CELL - 1}" '
        f'fill="{"#0d6657" if gold == said else "#b91c1c"}" '
        f'opacity="{max(0.15, count / most[gold]):.2f}">'
        f"<title>{escape(gold)} → {escape(said)}: {count}</title></rect>"
        for (gold, said), count in sorted(tally.confused.items())
    ]
    rows = [
        f'<text x="{MARGIN - 4}" y="{places[name] + 8}" text-anchor="end">{escape(name)}</text>'
        for name in names
    ]
    columns = [
        f'<text transform="translate({places[name] + 8},{MARGIN - 4}) rotate(-90)">'
        f"{escape(name)}</text>"
        for name in names
    ]
    side = MARGIN + len(names) * CELL
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'width="{side}" role="img" aria-label="混淆矩阵" font-family="sans-serif" font-size="9">'
        f"{''.join(rows + columns + cells)}</svg>"
    )
