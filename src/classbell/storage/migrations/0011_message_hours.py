"""What became of messages, counted hour by hour for charts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0010_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageHour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("sent", models.PositiveIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("not_sent", models.PositiveIntegerField(default=0)),
                (
                    "catalog",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_hours",
                        to="storage.catalog",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="storage.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hour"], name="message_hour_by_age"),
                    models.Index(
                        condition=models.Q(("waiting__gt", 0)),
                        fields=["hour"],
                        name="message_hour_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("catalog", "hour"), name="message_hour_once")
                ],
            },
        ),
    ]
