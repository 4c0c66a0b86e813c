"""What a search reads: people by name, and notifications by the session they are about."""

from django.db import migrations, models

import classbell.storage.session_named


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0012_audit_chain"),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="about_session",
            field=models.GeneratedField(
                db_persist=True,
                expression=classbell.storage.session_named.SessionNamed("context"),
                output_field=models.CharField(max_length=36, null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("about_session__isnull", False)),
                fields=["about_session"],
                name="notification_of_session",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["organisation", "name", "address_key"], name="person_by_name"
            ),
        ),
    ]
