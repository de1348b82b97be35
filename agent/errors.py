"""Errors that people see: one clear sentence and a way out, with the exit code of the contract."""

from __future__ import annotations


class WenzhenError(Exception):
    """Anything a user can act on. ``str(error)`` says what is wrong and what to do."""

    exit_code = 4


class UsageError(WenzhenError):
    exit_code = 2


class NotReadyError(WenzhenError):
    """Something is not installed, not downloaded or not indexed."""

    exit_code = 3
