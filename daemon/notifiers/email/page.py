"""The HTML part of a mail: readable in the dark, on a phone, and without loading anything."""

from collections.abc import Iterator, Mapping
from html import escape

from daemon.message import Fact, File, Table, Tone, Wording
from daemon.notifier import Message
from daemon.text import is_link
from daemon.wording.form import LATELY, is_told_apart, said

# Each reads at better than 4:1 on white and on near black; all other colours are the reader's own.
CALM = "#2a8a54"
ACCENTS = {
    Tone.INFO: "#2f78e8",
    Tone.WARNING: "#bf6712",
    Tone.CRITICAL: "#dc3d43",
    Tone.ACKNOWLEDGED: "#8a5fd0",
    Tone.RESOLVED: CALM,
    Tone.WITHDRAWN: CALM,
    Tone.REPORT: "#2f78e8",
    Tone.TEST: "#2f78e8",
}
OVER = (Tone.RESOLVED, Tone.WITHDRAWN)

FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
QUIET = "opacity:.66"
LINE = "1px solid rgba(128,128,128,.3)"

PAGE = """\
<!doctype html>
<html lang="en" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:20px 16px;font:16px/1.5 {font}">
<div style="max-width:{width};margin:0 auto">
<div style="border-left:5px solid {accent};padding:2px 0 2px 14px">
<p style="margin:0;font-size:13px;font-weight:600;letter-spacing:.02em;color:{accent}">{state}</p>
<h1 style="margin:2px 0 0;font-size:20px;line-height:1.3;overflow-wrap:anywhere">{title}</h1>
</div>
{pieces}
</div>
</body>
</html>
"""

STORY = '<p style="margin:14px 0 0;{quiet}">{story}</p>'
SENTENCE = '<p style="margin:14px 0 0;overflow-wrap:anywhere">{sentence}</p>'
FACTS = (
    '<table role="presentation" cellspacing="0" cellpadding="0" '
    'style="width:100%;margin:18px 0 0">\n{rows}\n</table>'
)
ROW = (
    '<tr><td style="padding:5px 16px 5px 0;vertical-align:top;white-space:nowrap;{quiet}">'
    '{label}</td><td style="padding:5px 0;vertical-align:top;width:100%;overflow-wrap:anywhere">'
    "{value}</td></tr>"
)
# A chart brings its own ground, and is read on a light page as well as on a dark one.
PICTURE = (
    '<p style="margin:18px 0 0"><img src="cid:{cid}" alt="{title}" width="640" '
    'style="display:block;width:100%;max-width:640px;height:auto;border:0;border-radius:6px"></p>'
)
# Wide on a desk, and to be pushed aside with a finger where it is wider than a phone.
TABLE = (
    '<div style="margin:18px 0 0;overflow-x:auto">{title}<table cellspacing="0" cellpadding="0" '
    'style="width:100%;border-collapse:collapse;font-size:14px;line-height:1.4">\n{rows}\n</table>'
    "{more}</div>"
)
TITLE = '<p style="margin:0 0 4px;font-weight:600">{title}</p>'
MORE = '<p style="margin:6px 0 0;font-size:14px;{quiet}">{more}</p>'
CELL = '<{tag} style="padding:6px {gap} 6px 0;{line}text-align:{side};vertical-align:top;{style}">'
BELOW = '<br><span style="{quiet}">{text}</span>'
NEXT = (
    '<div style="border-top:{line};margin-top:18px;padding-top:14px">\n'
    '<p style="margin:0 0 4px;font-size:13px;font-weight:600;{quiet}">Next</p>\n'
    '<p style="margin:0;overflow-wrap:anywhere">{advice}</p>\n{runbook}</div>'
)
BUTTON = (
    '<p style="margin:14px 0 0"><a href="{address}" style="display:inline-block;padding:9px 16px;'
    "border:1px solid {accent};border-radius:6px;color:{accent};text-decoration:none;"
    'font-weight:600">Open the runbook</a></p>\n'
)


def page(message: Message, pictures: Mapping[str, File]) -> str:
    """`pictures` by the Content-ID under which the mail carries them."""
    words = said(message)
    accent = ACCENTS[message.tone]
    return PAGE.format(
        title=escape(words.title),
        font=FONT,
        # Columns side by side want more of a screen than sentences do.
        width="46em" if words.tables else "34em",
        accent=accent,
        state=escape(_state(message)),
        pieces="\n".join(_pieces(message.tone, words, pictures)),
    )


def _state(message: Message) -> str:
    """What it is, in words beside the colour, and which number to call it by."""
    name = message.tone.value.capitalize()
    match message.letters:
        case ():
            return name
        case (letter,):
            return f"{name} · alert {letter.alert}"
        case letters:
            return f"{name} · {len(letters):,} alerts"


def _pieces(tone: Tone, words: Wording, pictures: Mapping[str, File]) -> Iterator[str]:
    if is_told_apart(words):
        story = escape(words.story)
        yield STORY.format(quiet=QUIET, story=f"<s>{story}</s>" if tone in OVER else story)
    yield from (SENTENCE.format(sentence=escape(sentence)) for sentence in words.lead)
    for cid, picture in pictures.items():
        yield PICTURE.format(cid=cid, title=escape(picture.title))
    # What is drawn need not be drawn in letters too.
    facts = [fact for fact in words.facts if fact.label != LATELY or not pictures]
    if facts:
        yield FACTS.format(rows="\n".join(map(_fact, facts)))
    yield from map(_table, words.tables)
    if words.advice:
        runbook = _runbook(words.runbook, ACCENTS[tone])
        advice = escape(words.advice)
        yield NEXT.format(line=LINE, quiet=QUIET, advice=advice, runbook=runbook)


def _fact(fact: Fact) -> str:
    return ROW.format(label=escape(fact.label), value=escape(fact.value), quiet=QUIET)


def _table(table: Table) -> str:
    rows = [_row(table, table.head, "th"), *(_row(table, row, "td") for row in table.rows)]
    return TABLE.format(
        title=TITLE.format(title=escape(table.title)) if table.title else "",
        rows="\n".join(rows),
        more=MORE.format(quiet=QUIET, more=escape(table.more)) if table.more else "",
    )


def _row(table: Table, cells: tuple[str, ...], tag: str) -> str:
    cells += ("",) * (len(table.head) - len(cells))
    columns = [_cell(table, at, escape(cell), tag) for at, cell in enumerate(cells)]
    if _is_stacked(table):
        below = BELOW.format(quiet=QUIET, text=escape(cells[1])) if tag == "td" else ""
        columns[:2] = [_cell(table, 0, escape(cells[0]) + below, tag)]
    return f"<tr>{''.join(columns)}</tr>"


def _is_stacked(table: Table) -> bool:
    """Whether what a row is about stands in one column with the words that say more of it: side by
    side the two would leave a phone no room for the others."""
    return len(table.head) > 3 and not {0, 1} & set(table.numbers)


def _cell(table: Table, at: int, markup: str, tag: str) -> str:
    # Figures keep together; words may break, so that a phone shows as many columns as it can.
    figure = at in table.numbers
    style = "white-space:nowrap;font-variant-numeric:tabular-nums" if figure else ""
    head = tag == "th"
    opening = CELL.format(
        tag=tag,
        gap="0" if at == len(table.head) - 1 else "14px",
        line="" if head else f"border-top:{LINE};",
        side="right" if figure else "left",
        style=f"font-weight:600;white-space:nowrap;{QUIET}" if head else style,
    )
    return f"{opening}{markup}</{tag}>"


def _runbook(runbook: str | None, accent: str) -> str:
    if runbook is None:
        return ""
    if is_link(runbook):
        return BUTTON.format(address=escape(runbook), accent=accent)
    return f"{SENTENCE.format(sentence=escape(runbook))}\n"
