"""Accounts that the application uses by itself, where the operator allows them."""

from django.db import migrations, models

KINDS = [("delegated", "Delegated"), ("application", "Application")]


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0007_sessions_in_the_calendar"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="kind",
            field=models.CharField(choices=KINDS, default="delegated", max_length=20),
        ),
        migrations.AddField(
            model_name="account",
            name="outside_address",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="pendingconnection",
            name="kind",
            field=models.CharField(choices=KINDS, default="delegated", max_length=20),
        ),
        migrations.AddField(
            model_name="pendingconnection",
            name="outside_address",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="organisation",
            name="application_accounts",
            field=models.BooleanField(default=False),
        ),
    ]
