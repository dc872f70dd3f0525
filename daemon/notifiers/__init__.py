"""The shelf of notifiers: one line each."""

from collections.abc import Mapping

from daemon.notifier import Notifier
from daemon.notifiers.alertmanager import Alertmanager
from daemon.notifiers.anywhere import Apprise
from daemon.notifiers.console import Console
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.file import JsonLines
from daemon.notifiers.pagerduty import PagerDuty
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.webhook import SlackWebhook
from daemon.notifiers.webhook import Webhook

NOTIFIERS: Mapping[str, type[Notifier]] = {
    "alertmanager": Alertmanager,
    "apprise": Apprise,
    "console": Console,
    "email": Email,
    "file": JsonLines,
    "pagerduty": PagerDuty,
    "slack": Slack,
    "slack_webhook": SlackWebhook,
    "webhook": Webhook,
}
