"""Block Kit as a page that looks like Slack, so that a message can be looked at without one."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

Block = Mapping[str, Any]

STYLE = """
:root{--ink:#1d1c1d;--quiet:#616061;--paper:#fff;--line:#dddddd;--link:#1264a3;--go:#007a5a}
.dark{--ink:#d1d2d3;--quiet:#9a9b9d;--paper:#1a1d21;--line:#3a3d41;--link:#1d9bd1;--go:#007a5a}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.4667 Lato,'Helvetica Neue',Helvetica,Arial,sans-serif}
.m{display:grid;grid-template-columns:36px 1fr;gap:0 8px;padding:10px 20px 12px}
.i{width:36px;height:36px;border-radius:8px;background:#2b3a55;color:#fff;display:grid;
place-items:center;font-weight:900;font-size:18px}
.w{font-weight:900}.w b{font:600 10px/1 sans-serif;color:var(--quiet);background:var(--line);
border-radius:2px;padding:2px 3px;margin:0 5px;vertical-align:2px}
.t,.e{color:var(--quiet);font-size:12px;font-weight:400}
.b{max-width:600px}
h3{font-size:18px;line-height:1.3334;font-weight:900;margin:8px 0 4px;overflow-wrap:anywhere}
.s{margin:4px 0 8px;overflow-wrap:anywhere;white-space:pre-wrap}
.f{display:grid;grid-template-columns:1fr 1fr;gap:6px 16px;margin:4px 0 8px;overflow-wrap:anywhere}
.c{color:var(--quiet);font-size:13px;margin:4px 0}
.p{margin:8px 0}.p img{display:block;width:100%;max-width:360px;border-radius:8px}
.a{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.a span{border:1px solid var(--line);border-radius:4px;padding:0 12px;font-weight:700;
font-size:13px;line-height:26px}
.a .primary{background:var(--go);border-color:var(--go);color:#fff}
a{color:var(--link);text-decoration:none}
.r{border-left:2px solid var(--line);margin:0 20px 12px 38px;padding-left:6px}
.r .m{padding:4px 12px}
hr{border:0;border-top:1px solid var(--line);margin:4px 0}
.k{display:inline-block;width:1.15em;height:1.15em;vertical-align:-.2em}
@media(max-width:500px){.m{padding:8px 12px}.f{grid-template-columns:1fr}
.a span{line-height:34px}}
"""

DOT = '<circle cx="10" cy="10" r="9" fill="{}"/>'
DRAWN = {
    "🔵": DOT.format("#3b88ea"),
    "🟠": DOT.format("#f28c28"),
    "🔴": DOT.format("#dd2e44"),
    "✅": '<rect width="20" height="20" rx="4" fill="#77b255"/>'
    '<path d="M4 10l4 5 8-10" fill="none" stroke="#fff" stroke-width="3"/>',
    "👤": '<g fill="#5c7fa6"><circle cx="10" cy="6" r="5"/><path d="M1 20q1-8 9-8t9 8z"/></g>',
    "↩️": '<rect width="20" height="20" rx="4" fill="#3b88ea"/>'
    '<path d="M6 8h6a3 3 0 010 7H8M9 4L5 8l4 4" fill="none" stroke="#fff" stroke-width="2"/>',
    "📊": '<rect width="20" height="20" rx="2" fill="#e1e8ed"/>'
    '<path d="M3 9h4v9H3z" fill="#5c913b"/>'
    '<path d="M8 4h4v14H8z" fill="#3b94d9"/><path d="M13 12h4v6h-4z" fill="#dd2e44"/>',
    "📄": '<path d="M4 1h8l4 4v14H4z" fill="#e1e8ed" stroke="#66757f"/>'
    '<path d="M7 8h6M7 11h6M7 14h6" stroke="#66757f"/>',
    "🧪": '<path d="M7 2h6v8l4 8H3l4-8z" fill="#9ccf6a" stroke="#66757f" stroke-width="1.5"/>',
}
"""The marks a message begins with: Slack shows pictures of its own for them, too."""


def page(messages: Sequence[str], *, dark: bool) -> str:
    """Messages as they stand in a channel."""
    look = ' class="dark"' if dark else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body{look}>{'<hr>'.join(messages)}</body></html>"
    )


def message(
    blocks: Sequence[Block],
    at: str,
    files: Mapping[str, bytes],
    replies: Sequence[tuple[str, str]] = (),
    *,
    edited: bool = False,
) -> str:
    """A message with its thread under it: of each reply when it was, and what it says."""
    after = ' <span class="e">(edited)</span>' if edited else ""
    body = "".join(_block(one, files) for one in blocks) + after
    thread = "".join(
        _spoken(f'<div class="s">{mrkdwn(text)}</div>', when) for when, text in replies
    )
    return _spoken(body, at) + (f'<div class="r">{thread}</div>' if thread else "")


def mrkdwn(text: str) -> str:
    """What Slack makes of its markup. The text is escaped already, and as HTML wants it."""
    links = re.sub(r"<([^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    for sign, tag in (("*", "b"), ("~", "s"), ("_", "i")):
        found = rf"(?<![\w{re.escape(sign)}])\{sign}(\S(?:[^\n]*?\S)?)\{sign}(?!\w)"
        links = re.sub(found, rf"<{tag}>\1</{tag}>", links)
    return marks(links.replace("\n", "<br>"))


def marks(markup: str) -> str:
    for mark, drawing in DRAWN.items():
        picture = f'<svg class="k" viewBox="0 0 20 20">{drawing}</svg>'
        markup = markup.replace(mark, picture)
    return markup


def inside(png: bytes) -> str:
    """An address that is the picture itself."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _spoken(body: str, at: str) -> str:
    who = f'<div class="w">Meterwatch<b>APP</b><span class="t">{escape(at)}</span></div>'
    return f'<div class="m"><div class="i">M</div><div>{who}<div class="b">{body}</div></div></div>'


def _block(block: Block, files: Mapping[str, bytes]) -> str:
    match block["type"]:
        case "header":
            return f"<h3>{marks(escape(block['text']['text']))}</h3>"
        case "section":
            return "".join(_section(block))
        case "context":
            return "".join(
                f'<div class="c">{mrkdwn(one["text"])}</div>' for one in block["elements"]
            )
        case "image":
            address = inside(files[block["slack_file"]["id"]])
            return f'<div class="p"><img src="{address}" alt=""></div>'
        case "actions":
            return f'<div class="a">{"".join(map(_button, block["elements"]))}</div>'
        case other:
            raise ValueError(f"expected a block that messages have, got {other!r}")


def _section(block: Block) -> Iterator[str]:
    if "text" in block:
        yield f'<div class="s">{mrkdwn(block["text"]["text"])}</div>'
    if "fields" in block:
        yield '<div class="f">'
        yield from (f"<div>{mrkdwn(one['text'])}</div>" for one in block["fields"])
        yield "</div>"


def _button(button: Block) -> str:
    return f'<span class="{button.get("style", "")}">{escape(button["text"]["text"])}</span>'
