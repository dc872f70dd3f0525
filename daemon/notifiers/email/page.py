"""The HTML part of a mail: readable in the dark, on a phone, and without loading anything."""

from html import escape

from daemon.notifier import Letter
from daemon.text import is_link
from daemon.wording.form import Fact, Wording
from rules.alert import Change
from rules.rule import Severity

# Each reads at better than 4:1 on white and on near black; all other colours are the reader's own.
ACCENTS = {Severity.INFO: "#2f78e8", Severity.WARNING: "#bf6712", Severity.CRITICAL: "#dc3d43"}
CALM = "#2a8a54"

FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
QUIET = "opacity:.66"

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
<div style="max-width:34em;margin:0 auto">
<div style="border-left:5px solid {accent};padding:2px 0 2px 14px">
<p style="margin:0;font-size:13px;font-weight:600;letter-spacing:.02em;color:{accent}">{state}</p>
<h1 style="margin:2px 0 0;font-size:20px;line-height:1.3;overflow-wrap:anywhere">{title}</h1>
</div>
{story}{lead}
<table role="presentation" cellspacing="0" cellpadding="0" style="width:100%;margin:18px 0">
{facts}
</table>
<div style="border-top:1px solid rgba(128,128,128,.4);padding-top:14px">
<p style="margin:0 0 4px;font-size:13px;font-weight:600;{quiet}">Next</p>
<p style="margin:0;overflow-wrap:anywhere">{advice}</p>
{runbook}</div>
</div>
</body>
</html>
"""

STORY = '<p style="margin:14px 0 0;{quiet}"><s>{story}</s></p>\n'
SENTENCE = '<p style="margin:14px 0 0;overflow-wrap:anywhere">{sentence}</p>'
ROW = (
    '<tr><td style="padding:5px 16px 5px 0;vertical-align:top;white-space:nowrap;{quiet}">'
    '{label}</td><td style="padding:5px 0;vertical-align:top;width:100%;overflow-wrap:anywhere">'
    "{value}</td></tr>"
)
BUTTON = (
    '<p style="margin:14px 0 0"><a href="{address}" style="display:inline-block;padding:9px 16px;'
    "border:1px solid {accent};border-radius:6px;color:{accent};text-decoration:none;"
    'font-weight:600">Open the runbook</a></p>\n'
)


def page(letter: Letter, words: Wording) -> str:
    over = letter.event.change in (Change.RESOLVED, Change.WITHDRAWN)
    accent = CALM if over else ACCENTS[letter.severity]
    state = letter.event.change.value if over else letter.severity.value
    return PAGE.format(
        title=escape(words.title),
        font=FONT,
        quiet=QUIET,
        accent=accent,
        state=f"{state.capitalize()} · alert {letter.alert}",
        story=STORY.format(quiet=QUIET, story=escape(words.story)) if over else "",
        lead="\n".join(SENTENCE.format(sentence=escape(sentence)) for sentence in words.lead),
        facts="\n".join(_row(fact) for fact in words.facts),
        runbook=_runbook(words.runbook, accent),
        advice=escape(words.advice),
    )


def _row(fact: Fact) -> str:
    return ROW.format(label=escape(fact.label), value=escape(fact.value), quiet=QUIET)


def _runbook(runbook: str | None, accent: str) -> str:
    if runbook is None:
        return ""
    if is_link(runbook):
        return BUTTON.format(address=escape(runbook), accent=accent)
    return f"{SENTENCE.format(sentence=escape(runbook))}\n"
