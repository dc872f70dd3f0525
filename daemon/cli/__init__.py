"""The command line: parse words, call one function, choose an exit code."""

import click

from daemon.cli.acknowledge import acknowledge_command, expected_command
from daemon.cli.alerts import alerts_command
from daemon.cli.check import check_command, schema_command
from daemon.cli.deliveries import deliveries_command, resend_command, tell_command
from daemon.cli.explain import explain_command
from daemon.cli.fetch import fetch_command
from daemon.cli.past import export_command, replay_command, score_command
from daemon.cli.plan import plan_command
from daemon.cli.planned import planned_group
from daemon.cli.record import record_command
from daemon.cli.report import report_command
from daemon.cli.route import route_command
from daemon.cli.rules import rules_command
from daemon.cli.run import run_command
from daemon.cli.silence import silence_group
from daemon.cli.sources import sources_command
from daemon.cli.tune import tune_command


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    commands=[
        check_command,
        schema_command,
        run_command,
        sources_command,
        rules_command,
        fetch_command,
        explain_command,
        route_command,
        record_command,
        replay_command,
        plan_command,
        tune_command,
        score_command,
        export_command,
        planned_group,
        deliveries_command,
        resend_command,
        tell_command,
        report_command,
        alerts_command,
        acknowledge_command,
        expected_command,
        silence_group,
    ],
)
@click.version_option(
    package_name="meterwatch", prog_name="meterwatch", message="%(prog)s %(version)s"
)
def main() -> None:
    """Watches the usage APIs you pay by, and tells people when something is not usual."""
