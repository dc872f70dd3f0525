"""The command that tries other settings of the rules over what is held."""

import os
from collections.abc import Sequence
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.held import as_planned, last_days, read_held
from daemon.cli.meanwhile import busy, meanwhile
from daemon.cli.options import READABLE, config_option, find_config, state_option
from daemon.config import Config, load
from daemon.config.placeholders import Placeholders
from daemon.plan.settings import spell
from daemon.replay import Span
from daemon.tune.dial import Value
from daemon.tune.report import as_lines, untuned
from daemon.tune.trial import Past, tune
from rules.rule import Rule


@click.command("tune")
@click.argument("rule", required=False)
@click.option(
    "--days",
    type=click.IntRange(min=1, max=3660),
    default=60,
    show_default=True,
    help="How much of what is held is judged, counted back from its end.",
)
@click.option(
    "--alerts-per-week",
    "per_week",
    type=click.FloatRange(min=0, min_open=True),
    default=1,
    show_default=True,
    help="How many a person wants to look at, of each rule.",
)
@click.option("--data", type=READABLE, help="Usage as CSV, instead of what the store holds.")
@config_option
@state_option
def tune_command(
    *,
    rule: str | None,
    days: int,
    per_week: float,
    data: str | None,
    config_path: Path | None,
    state_dir: Path | None,
) -> None:
    """Try other settings of the rules, telling nobody.

    RULE is the name of one of them; all of them if left out. What is suggested is the most
    sensitive setting that keeps to the number of alerts asked for. Nothing is written.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        rules = _named(config, rule)
        held = as_planned(read_held(config, data, state_dir), config)
        past = Past(held, Span(*last_days(held, timedelta(days=days))))
    for number, one in enumerate(rules):
        if number:
            click.echo()
        _tune(one, past, per_week)


def _tune(rule: Rule, past: Past, per_week: float) -> None:
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    with busy():
        tunings = list(tune(rule, past, per_week, _tried))
    if not tunings:
        click.echo(untuned(rule).text)
    for tuning in tunings:
        for line in as_lines(tuning, per_week):
            text = click.style(line.text, fg="green") if line.suggested else line.text
            click.echo(text, color=False if plain else None)


def _named(config: Config, name: str | None) -> Sequence[Rule]:
    known = {rule.name: rule for rule in config.rules}
    if name is None:
        return config.rules
    if name in known:
        return [known[name]]
    near = get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else f" There is {', '.join(known) or 'none'}."
    raise click.BadParameter(f"no rule is called {name!r}.{hint}", param_hint="RULE")


def _tried(rule: Rule, value: Value) -> None:
    meanwhile(f"trying {rule.name} with {spell(value)}")
