"""Slack, two ways: as a bot that can edit what it said, or through an incoming webhook."""
