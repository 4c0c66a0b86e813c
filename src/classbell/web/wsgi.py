"""The WSGI application that granian serves."""

from importlib import import_module

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
# Here and not at the first page, so that the first line of the log is one as well; and not before
# the application, for the tables can only be imported once Django is set up.
import_module("classbell.bootstrap").begin_process("web")
