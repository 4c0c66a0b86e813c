"""The WSGI application that granian serves."""

from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
# Here and not at the first page, so that the first line of the log is one as well; and not before
# the application, for the tables can only be imported once Django is set up.
bootstrap = import_module("classbell.bootstrap")
bootstrap.begin_process("web")
# Every page is loaded by this, and not by whoever comes first.
get_resolver().reverse_dict  # noqa: B018 -- reading it is what loads them
bootstrap.leave_out_of_collections()
