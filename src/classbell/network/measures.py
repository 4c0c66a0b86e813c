"""What every process counts and times, for Prometheus; labels come from short fixed lists."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

WEB_SECONDS = Histogram(
    "classbell_web_request_seconds",
    "Duration of requests that were answered, by the name of their route.",
    ("route", "method", "status"),
    buckets=SECONDS,
)
SENDS = Counter(
    "classbell_sends_total",
    "Mails handed to a provider, by what came of it: accepted, or the verdict.",
    ("route", "verdict"),
)
LANE_SECONDS = Histogram(
    "classbell_lane_turn_seconds",
    "Duration of one turn of a lane.",
    ("kind",),
    buckets=SECONDS,
)
FAILED_ATTEMPTS = Counter(
    "classbell_failed_attempts_total",
    "Failed attempts to come in, by door: told as what they were, or refused as too many.",
    ("door", "result"),
)
DATABASE_ERRORS = Counter(
    "classbell_database_errors_total",
    "Pages that failed because of the database, and rounds of a worker in which it was away.",
    ("process",),
)
