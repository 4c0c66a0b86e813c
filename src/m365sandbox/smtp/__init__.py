"""The operator's system mailer: an SMTP server that delivers into the sandbox's mailboxes."""

from m365sandbox.smtp.server import SmtpServer, start

__all__ = ["SmtpServer", "start"]
