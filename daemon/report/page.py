"""A report as a page that stands by itself: for a phone, for the dark, and loading nothing."""

from collections.abc import Iterator, Sequence
from html import escape

from daemon.message import Fact, File, Table, Wording

STYLE = """
:root{color-scheme:light dark;
--ink:#1f2328;--quiet:#57606a;--line:#d8dee4;--paper:#fff;--box:#f6f8fa}
@media(prefers-color-scheme:dark){
:root{--ink:#e6edf3;--quiet:#a5b0bc;--line:#353d47;--paper:#0f1216;--box:#15191e}}
body{margin:0;padding:24px 16px 48px;background:var(--paper);color:var(--ink);
font:16px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:46em;margin:0 auto}
h1{font-size:22px;line-height:1.3;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:16px;margin:30px 0 6px}
p{margin:6px 0}
figure{margin:20px 0;border:1px solid var(--line);border-radius:10px;overflow:hidden}
figcaption{padding:8px 14px;font-size:14px;color:var(--quiet);background:var(--box)}
figure svg{display:block;width:100%}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--quiet);font-size:13px;white-space:nowrap}
td{overflow-wrap:anywhere;min-width:4.2em}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.q{color:var(--quiet);font-size:14px}
dl{margin:14px 0;display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:480px){body{padding:16px 12px 32px}h1{font-size:20px}table{font-size:14px}
th,td{padding-right:8px}td{min-width:3em}th:last-child,td:last-child{padding-right:0}
th,.n{white-space:normal;overflow-wrap:normal}td:first-child{min-width:5.5em}}
"""


def page(words: Wording, pictures: Sequence[File]) -> str:
    """The whole report, with its charts inside it."""
    title = escape(words.title)
    lead = "".join(f"<p>{escape(each)}</p>" for each in words.lead)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body><main>\n"
        f"<h1>{title}</h1>\n{lead}\n{_facts(words.facts)}\n"
        f"{''.join(map(_figure, pictures))}{''.join(map(_section, words.tables))}"
        "</main></body></html>\n"
    )


def _facts(facts: Sequence[Fact]) -> str:
    rows = "".join(f"<dt>{escape(one.label)}</dt><dd>{escape(one.value)}</dd>" for one in facts)
    return f"<dl>{rows}</dl>" if rows else ""


def _figure(picture: File) -> str:
    """An SVG of the house, whose every text was escaped when it was drawn."""
    caption = f"<figcaption>{escape(picture.title)}</figcaption>"
    return f"<figure>{picture.content.decode()}{caption}</figure>\n"


def _section(table: Table) -> str:
    more = "" if table.more is None else f'<p class="q">{escape(table.more)}</p>'
    rows = "".join(_row(row, "td", table) for row in table.rows)
    head = _row(table.head, "th", table)
    return (
        f'<h2>{escape(table.title)}</h2>\n<div class="wide"><table><thead>{head}</thead>'
        f"<tbody>{rows}</tbody></table></div>{more}\n"
    )


def _row(cells: Sequence[str], tag: str, table: Table) -> str:
    return f"<tr>{''.join(_cells(cells, tag, table))}</tr>"


def _cells(cells: Sequence[str], tag: str, table: Table) -> Iterator[str]:
    for column in range(len(table.head)):
        look = ' class="n"' if column in table.numbers else ""
        text = cells[column] if column < len(cells) else ""
        yield f"<{tag}{look}>{escape(text)}</{tag}>"
