"""Fixtures of the tests of connections."""

from __future__ import annotations

import pytest

from classbell.storage.models import AccountKind
from tests.domain.connections.stage import Stage

BOTH_KINDS = frozenset(
    f"test_{name}"
    for name in (
        *("alerts", "change", "daily", "disconnect", "held_mail", "lost"),
        *("mail_route", "outlook", "rerouting", "save", "sharing", "trouble"),
    )
)
"""Files whose tests hold for an account whatever its kind."""

ABOUT_SIGNING_IN = frozenset(
    {
        "test_a_licence_that_was_taken_away_shows_after_the_next_look",
        "test_a_loss_is_told_again_after_a_day_if_nobody_acted",
        "test_a_policy_that_was_mended_is_noticed_within_the_hour_and_mail_goes",
        "test_a_silent_try_that_fails_for_good_is_the_loss_and_gives_its_reason",
        "test_a_silent_try_that_fails_for_now_is_no_loss_and_is_made_again",
        "test_a_token_refused_again_at_once_is_a_loss_after_one_silent_try",
        "test_a_token_refused_days_later_gets_its_own_silent_try",
        "test_a_token_that_graph_refuses_is_renewed_silently_with_the_claims",
        "test_check_now_renews_a_token_that_is_refused_once_and_asks_again",
        "test_check_now_that_finds_the_sign_in_revoked_says_so_and_it_is_lost",
        "test_disconnecting_one_catalog_leaves_the_others",
        "test_tokens_open_in_their_own_row_only",
    }
)
"""Tests in them that script a refresh token, or ask for words about one or about a licence."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what holds for both kinds of account for both."""
    file = metafunc.module.__name__.rpartition(".")[2]
    if "stage" not in metafunc.fixturenames or file not in BOTH_KINDS:
        return
    if metafunc.function.__name__ not in ABOUT_SIGNING_IN:
        metafunc.parametrize("stage", list(AccountKind), indirect=True)


@pytest.fixture
def stage(request: pytest.FixtureRequest, db: None) -> Stage:
    """Give fakes, ports and people, with nothing connected; accounts are of the kind asked for."""
    return Stage(kind=getattr(request, "param", AccountKind.DELEGATED))
