"""The command line is a contract: its forms, what it prints where, and its exit codes."""

from tests.daemon.cli.shell import meterwatch


def test_help_and_version_are_there() -> None:
    assert "replay" in meterwatch("--help").stdout
    assert meterwatch("--version").stdout.startswith("meterwatch ")
    assert meterwatch("runn").exit_code == 2


def test_no_command_is_cut_short_where_all_are_listed() -> None:
    assert "..." not in meterwatch("--help").stdout.replace("[ARGS]...", "")
