"""Every table of the first release."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("object_id", models.UUIDField()),
                ("address", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("connected", "Connected"),
                            ("lost", "Lost"),
                            ("disconnected", "Disconnected"),
                        ],
                        max_length=20,
                    ),
                ),
                ("asked_scopes", models.JSONField(default=list)),
                ("granted_scopes", models.JSONField(default=list)),
                ("withheld_scopes", models.JSONField(default=list)),
                ("sealed_tokens", models.BinaryField(default=bytes)),
                ("token_version", models.PositiveIntegerField(default=0)),
                ("token_expires_at", models.DateTimeField(blank=True, null=True)),
                ("refresh_lease_until", models.DateTimeField(blank=True, null=True)),
                ("challenged_at", models.DateTimeField(blank=True, null=True)),
                ("connected_at", models.DateTimeField()),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Catalog",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("language", models.CharField(default="en", max_length=20)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mailbox", "Mailbox"),
                            ("system_mailer", "System Mailer"),
                            ("housekeeping", "Housekeeping"),
                        ],
                        max_length=20,
                    ),
                ),
                ("key", models.CharField(max_length=100)),
                ("epoch", models.BigIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("holder", models.CharField(blank=True, max_length=100)),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ConnectInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("scopes", models.JSONField(default=list)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("sealed_token", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connect_invitations",
                        to="storage.catalog",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="courses",
                        to="storage.catalog",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CourseSession",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("time_zone", models.CharField(max_length=64)),
                ("seats", models.PositiveIntegerField(blank=True, null=True)),
                ("enrolment_deadline", models.DateTimeField(blank=True, null=True)),
                ("room_address", models.EmailField(blank=True, max_length=254)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("teams_meeting", models.BooleanField(default=False)),
                ("published", models.BooleanField(default=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="storage.course",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("created", "Created"),
                            ("by_mail", "By Mail"),
                            ("cancelled", "Cancelled"),
                            ("refused", "Refused"),
                        ],
                        max_length=20,
                    ),
                ),
                ("generation", models.PositiveIntegerField(default=1)),
                ("event_id", models.CharField(blank=True, max_length=500)),
                ("etag", models.CharField(blank=True, max_length=200)),
                ("ical_uid", models.CharField(blank=True, max_length=500)),
                ("applied", models.JSONField(default=dict)),
                ("join_url", models.TextField(blank=True)),
                ("room_answer", models.CharField(blank=True, max_length=20)),
                ("room_answered_at", models.DateTimeField(blank=True, null=True)),
                ("answers", models.JSONField(default=dict)),
                ("mailed", models.JSONField(default=dict)),
                ("problem_code", models.CharField(blank=True, max_length=100)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("requested_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="storage.account",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entry",
                        to="storage.coursesession",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HealthEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=40)),
                ("detail", models.CharField(blank=True, max_length=500)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health_events",
                        to="storage.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verdict", models.CharField(max_length=30)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explanation", models.CharField(blank=True, max_length=500)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="storage.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Envelope",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("epoch", models.BigIntegerField()),
                ("route", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sending", "Sending"),
                            ("accepted", "Accepted"),
                            ("unknown", "Unknown"),
                            ("refused", "Refused"),
                        ],
                        max_length=20,
                    ),
                ),
                ("recipients", models.PositiveIntegerField()),
                ("provider_id", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                ("verdict", models.CharField(blank=True, max_length=30)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explanation", models.CharField(blank=True, max_length=500)),
                ("started_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lane",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="envelopes",
                        to="storage.lane",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(max_length=20)),
                ("time_zone", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("accepted", "Accepted"),
                            ("delivered", "Delivered"),
                            ("bounced", "Bounced"),
                            ("held", "Held"),
                            ("unknown", "Unknown"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("not_sent", "Not Sent"),
                        ],
                        max_length=20,
                    ),
                ),
                ("priority", models.SmallIntegerField(default=50)),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("epoch", models.BigIntegerField(blank=True, null=True)),
                ("reason_code", models.CharField(blank=True, max_length=100)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="storage.catalog",
                    ),
                ),
                (
                    "envelope",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="storage.envelope",
                    ),
                ),
                (
                    "lane",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="storage.lane",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="storage.envelope",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="storage.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("context", models.JSONField(default=dict)),
                ("audience", models.JSONField(default=list)),
                ("audience_size", models.PositiveIntegerField()),
                ("expanded", models.PositiveIntegerField(default=0)),
                ("urgent", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="storage.catalog",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="storage.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="notification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="storage.notification",
            ),
        ),
        migrations.CreateModel(
            name="OperatorAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=60)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explanation", models.CharField(blank=True, max_length=500)),
                ("request_id", models.CharField(blank=True, max_length=100)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("subject",),
                        name="one_open_alarm_for_subject",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="storage.organisation",
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lanes",
                to="storage.organisation",
            ),
        ),
        migrations.CreateModel(
            name="DomainEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=80)),
                ("payload", models.JSONField(default=dict)),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.catalog",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="storage.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentSighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("granted", "Granted"),
                            ("unasked", "Unasked"),
                            ("approved", "Approved"),
                            ("asked", "Asked"),
                        ],
                        max_length=20,
                    ),
                ),
                ("object_id", models.UUIDField(blank=True, null=True)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("scopes", models.JSONField(default=list)),
                ("seen_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consent_sightings",
                        to="storage.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="catalog",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="catalogs",
                to="storage.organisation",
            ),
        ),
        migrations.CreateModel(
            name="AlertSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by_account", models.BooleanField(default=False)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_setting",
                        to="storage.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AlertRouteTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[("system_mailer", "System Mailer"), ("account", "Account")],
                        max_length=20,
                    ),
                ),
                ("setting", models.CharField(max_length=300)),
                ("address", models.EmailField(max_length=254)),
                ("at", models.DateTimeField()),
                ("accepted", models.BooleanField()),
                ("reference", models.CharField(blank=True, max_length=200)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explanation", models.CharField(blank=True, max_length=500)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="storage.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="accounts",
                to="storage.organisation",
            ),
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("object_id", models.UUIDField(blank=True, null=True)),
                ("name", models.CharField(max_length=200)),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("address_key", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(blank=True, max_length=20)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="storage.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PendingConnection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("browser_key", models.CharField(blank=True, max_length=64)),
                ("object_id", models.UUIDField()),
                ("address", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=200)),
                ("asked_scopes", models.JSONField(default=list)),
                ("granted_scopes", models.JSONField(default=list)),
                ("sealed_tokens", models.BinaryField()),
                ("token_expires_at", models.DateTimeField()),
                ("capabilities", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pending_connections",
                        to="storage.catalog",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pending_connections",
                        to="storage.connectinvitation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="storage.person",
            ),
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("enrolled", "Enrolled"),
                            ("waiting", "Waiting"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="storage.coursesession",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("enabled", models.BooleanField(default=False)),
                ("connected_at", models.DateTimeField(blank=True, null=True)),
                ("disconnected_at", models.DateTimeField(blank=True, null=True)),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="connections",
                        to="storage.account",
                    ),
                ),
                (
                    "catalog",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connection",
                        to="storage.catalog",
                    ),
                ),
                (
                    "former_account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.account",
                    ),
                ),
                (
                    "connected_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="connectinvitation",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="storage.person"
            ),
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("actor_name", models.CharField(max_length=200)),
                ("action", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=200)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("source", models.CharField(blank=True, max_length=60)),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.catalog",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="storage.organisation",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_address", models.EmailField(blank=True, max_length=254)),
                ("scopes", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("returned", "Returned"),
                            ("refused", "Refused"),
                            ("proven", "Proven"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                ("state_hash", models.CharField(max_length=64, unique=True)),
                ("sealed_state", models.BinaryField()),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explanation", models.CharField(blank=True, max_length=500)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("probed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="storage.catalog",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="connected_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="storage.person",
            ),
        ),
        migrations.CreateModel(
            name="PersonLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="storage.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RetiredEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=500)),
                ("comment", models.CharField(blank=True, max_length=500)),
                ("retired_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retired_events",
                        to="storage.account",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retired_events",
                        to="storage.coursesession",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lms_admin", "Lms Admin"),
                            ("catalog_admin", "Catalog Admin"),
                            ("course_admin", "Course Admin"),
                        ],
                        max_length=20,
                    ),
                ),
                ("granted_at", models.DateTimeField()),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="storage.catalog",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="storage.course",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=200)),
                ("building", models.CharField(blank=True, max_length=200)),
                ("floor", models.CharField(blank=True, max_length=100)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("capacity", models.PositiveIntegerField(blank=True, null=True)),
                ("features", models.JSONField(default=list)),
                ("wheelchair_accessible", models.BooleanField(blank=True, null=True)),
                ("refreshed_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rooms",
                        to="storage.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SessionInstructor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="storage.person"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="storage.coursesession"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="coursesession",
            name="instructors",
            field=models.ManyToManyField(
                related_name="taught_sessions",
                through="storage.SessionInstructor",
                to="storage.person",
            ),
        ),
        migrations.CreateModel(
            name="SharingOffer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("offered_by_name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="storage.account",
                    ),
                ),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="storage.catalog",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignInJourney",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("purpose", models.CharField(max_length=10)),
                ("state_hash", models.CharField(max_length=64, unique=True)),
                ("browser_key", models.CharField(max_length=64)),
                ("sealed_flow", models.BinaryField()),
                ("return_to", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="storage.catalog",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="storage.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=100)),
                ("due_at", models.DateTimeField()),
                ("priority", models.SmallIntegerField(default=50)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("problem_code", models.CharField(blank=True, max_length=100)),
                ("problem", models.CharField(blank=True, max_length=500)),
                (
                    "lane",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work",
                        to="storage.lane",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CapabilityCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("capability", models.CharField(max_length=40)),
                ("state", models.CharField(max_length=20)),
                ("evidence", models.CharField(max_length=500)),
                ("remedy", models.CharField(blank=True, max_length=500)),
                ("who", models.CharField(blank=True, max_length=60)),
                ("checked_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="capabilities",
                        to="storage.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "capability"), name="capability_once_for_account"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.UniqueConstraint(fields=("catalog", "code"), name="course_code_once"),
        ),
        migrations.AddIndex(
            model_name="healthevent",
            index=models.Index(fields=["account", "-at"], name="health_by_account"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("account",),
                name="one_open_incident_for_account",
            ),
        ),
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(fields=["lane", "started_at"], name="envelope_by_lane"),
        ),
        migrations.AddIndex(
            model_name="envelope",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["lane", "epoch"],
                name="envelope_in_flight",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("message", "envelope"), name="attempt_once"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("expanded__lt", models.F("audience_size"))),
                fields=["created_at"],
                name="notification_to_expand",
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="lane_due"
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)),
                fields=["lease_until"],
                name="lane_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="lane_once"),
        ),
        migrations.AddIndex(
            model_name="consentsighting",
            index=models.Index(fields=["organisation", "-seen_at"], name="consent_sighting_newest"),
        ),
        migrations.AddIndex(
            model_name="alertroutetest",
            index=models.Index(fields=["route", "-at"], name="alert_test_by_route"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                fields=("organisation", "object_id"), name="person_object_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("address_key", ""), _negated=True),
                fields=("organisation", "address_key"),
                name="person_address_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingconnection",
            constraint=models.UniqueConstraint(
                fields=("catalog", "person", "browser_key"), name="pending_connection_once"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["lane", "priority", "due_at", "id"],
                name="message_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["lane", "epoch"],
                name="message_in_flight",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["expires_at"],
                name="message_queued_expiry",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "held")),
                fields=["expires_at"],
                name="message_held_expiry",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["catalog", "state", "-id"], name="message_by_catalog"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("notification", "address"), name="message_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(fields=("session", "person"), name="enrolment_once"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("catalog",),
                name="one_open_approval_for_catalog",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("organisation", "object_id"), name="account_once_in_organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(
                fields=("person", "role", "catalog", "course"),
                name="role_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(
                fields=("organisation", "address"), name="room_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessioninstructor",
            constraint=models.UniqueConstraint(
                fields=("session", "person"), name="instructor_once"
            ),
        ),
        migrations.AddIndex(
            model_name="coursesession",
            index=models.Index(fields=["starts_at"], name="session_by_start"),
        ),
        migrations.AddConstraint(
            model_name="coursesession",
            constraint=models.UniqueConstraint(fields=("course", "code"), name="session_code_once"),
        ),
        migrations.AddConstraint(
            model_name="coursesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="session_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharingoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("account", "catalog"),
                name="one_open_offer_of_account",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(fields=["lane", "due_at"], name="work_by_lane"),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.UniqueConstraint(
                fields=("lane", "kind", "subject"), name="work_once"
            ),
        ),
    ]
