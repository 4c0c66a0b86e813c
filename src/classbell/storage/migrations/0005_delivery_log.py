"""What lets the delivery log stay fast however long the ledger grows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0004_acs_alert_route"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attempt",
            name="message",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attempts",
                to="storage.message",
            ),
        ),
        migrations.AlterField(
            model_name="envelope",
            name="lane",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="envelopes",
                to="storage.lane",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="catalog",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="storage.catalog",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="lane",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="storage.lane",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="notification",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="storage.notification",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="storage.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="storage.person",
            ),
        ),
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(
                condition=models.Q(("verdict", "throttled")),
                fields=["lane", "-started_at"],
                name="envelope_throttled",
            ),
        ),
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(
                condition=models.Q(("external_recipients__gt", 0)),
                fields=["lane", "started_at", "external_recipients"],
                name="envelope_external",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["lane"], name="message_held"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["catalog", "-id"], name="message_of_catalog"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["person", "catalog", "-id"], name="message_by_person"),
        ),
    ]
