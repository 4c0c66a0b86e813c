"""Failed attempts to come in, counted in the store."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0018_session_revision"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedAttempts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("door", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=120)),
                ("begun_at", models.DateTimeField(db_index=True)),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("door", "subject", "begun_at"), name="failed_attempts_once"
                    )
                ],
            },
        ),
    ]
