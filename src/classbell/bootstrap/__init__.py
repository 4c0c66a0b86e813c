"""The one room that names concrete adapters: it builds the ports and hands them out.

``outside`` builds the ports, ``routes`` says how each kind of lane sends, ``lanes`` what else it
does, and gives the worker its loop; ``loaded`` spares what a process loads once from collections.
"""

from classbell.bootstrap.lanes import begin_daily_work, engine, handlers_for, no_worker, pace
from classbell.bootstrap.loaded import leave_out_of_collections
from classbell.bootstrap.outside import (
    CalledInTransaction,
    begin_process,
    build,
    leave_the_store,
    ports,
    settings,
    use,
    wires,
)

__all__ = [
    "CalledInTransaction",
    "begin_daily_work",
    "begin_process",
    "build",
    "engine",
    "handlers_for",
    "leave_out_of_collections",
    "leave_the_store",
    "no_worker",
    "pace",
    "ports",
    "settings",
    "use",
    "wires",
]
