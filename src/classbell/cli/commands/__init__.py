"""Every command of ``classbell``, one module each, one line each."""

from classbell.cli.commands import (
    audit,
    catalogs,
    connections,
    deliveries,
    demo,
    doctor,
    import_,
    keys,
    migrate,
    organisations,
    people,
    probe,
    run,
    serve,
    sessions,
    worker,
)

COMMANDS = (
    run,
    serve,
    worker,
    migrate,
    doctor,
    demo,
    organisations,
    catalogs,
    people,
    connections,
    import_,
    sessions,
    deliveries,
    audit,
    probe,
    keys,
)
