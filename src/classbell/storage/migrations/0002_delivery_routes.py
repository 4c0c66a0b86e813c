"""What delivery needs for several routes, shared envelopes and learned figures."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailProvider",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("endpoint", models.CharField(max_length=300)),
                ("sender_address", models.EmailField(max_length=254)),
                ("sealed_key", models.BinaryField(default=bytes)),
                ("messages_per_minute", models.PositiveIntegerField()),
                ("messages_per_hour", models.PositiveIntegerField()),
                ("report_key_hash", models.CharField(blank=True, max_length=64)),
                ("active", models.BooleanField(default=True)),
                ("activated_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NotificationContent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=20)),
                ("time_zone", models.CharField(max_length=64)),
                ("subject", models.TextField()),
                ("message", models.TextField()),
                ("values", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_to_send",
        ),
        migrations.AddField(
            model_name="connection",
            name="fall_over",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="use_acs",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="envelope",
            name="catalog",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="storage.catalog",
            ),
        ),
        migrations.AddField(
            model_name="envelope",
            name="external_recipients",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="envelope",
            name="internet_message_id",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="envelope",
            name="size",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="envelope",
            name="traceable",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="lane",
            name="figures",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="lane",
            name="learned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="learned_messages_per_minute",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="learned_requests_in_flight",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="most_together",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="organisation",
            name="external_recipients_per_day",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="lane",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mailbox", "Mailbox"),
                    ("acs", "Acs"),
                    ("system_mailer", "System Mailer"),
                    ("housekeeping", "Housekeeping"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(
                condition=models.Q(("internet_message_id", ""), _negated=True),
                fields=["internet_message_id"],
                name="envelope_by_internet_id",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["lane", "priority", "catalog", "due_at", "id"],
                name="message_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("most_together__gt", 1), ("state", "queued")),
                fields=["lane", "notification", "language", "time_zone", "most_together", "id"],
                name="message_to_share",
            ),
        ),
        migrations.AddField(
            model_name="emailprovider",
            name="organisation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="email_provider",
                to="storage.organisation",
            ),
        ),
        migrations.AddField(
            model_name="notificationcontent",
            name="notification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contents",
                to="storage.notification",
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationcontent",
            constraint=models.UniqueConstraint(
                fields=("notification", "language", "time_zone"), name="content_once"
            ),
        ),
    ]
