"""Durable delivery: lanes, work items, the ledger of messages, pace, retries and draining."""
