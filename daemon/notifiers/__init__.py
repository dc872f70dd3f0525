"""The shelf of notifiers: one line each."""

from collections.abc import Mapping

from daemon.notifier import Notifier
from daemon.notifiers.console import Console
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.webhook import SlackWebhook

NOTIFIERS: Mapping[str, type[Notifier]] = {
    "console": Console,
    "email": Email,
    "slack": Slack,
    "slack_webhook": SlackWebhook,
}
