"""Turn dataclasses into JSON-able values and back, and keep track of what is to be saved."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from m365sandbox.store import Batch

T = TypeVar("T")


class Shape(Generic[T]):
    """How one type is saved; the adapter is built on first use, as building costs milliseconds."""

    def __init__(self, kind: type[T]) -> None:
        """Describe `kind`, a dataclass or a container of dataclasses."""
        self._kind = kind
        self._adapter: TypeAdapter[T] | None = None

    @property
    def adapter(self) -> TypeAdapter[T]:
        """Return the adapter, built once."""
        if self._adapter is None:
            self._adapter = TypeAdapter(self._kind)
        return self._adapter

    def dump(self, value: T) -> object:
        """Return `value` as JSON-able values."""
        dumped: object = self.adapter.dump_python(value, mode="json")
        return dumped

    def load(self, saved: object) -> T:
        """Return the value that was saved.

        Raises:
            pydantic.ValidationError: the saved form does not fit the type.
        """
        return self.adapter.validate_python(saved)

    def text(self, value: T) -> str:
        """Return `value` as a JSON text."""
        return self.adapter.dump_json(value).decode()

    def read(self, text: str) -> T:
        """Return the value that a JSON text stands for.

        Raises:
            pydantic.ValidationError: the saved form does not fit the type.
        """
        return self.adapter.validate_json(text)


class Changes:
    """Which records of a section changed since they were saved, oldest change first."""

    def __init__(self) -> None:
        """Start with nothing saved."""
        self._keys: dict[str, None] = {}
        self._anew = True

    def note(self, key: str) -> None:
        """Note that a record was made, changed, or removed."""
        self._keys[key] = None

    def begin_anew(self, keys: Iterable[str]) -> None:
        """Note that the whole content was replaced by the records with these keys."""
        self._keys, self._anew = dict.fromkeys(keys), True

    def all_saved(self) -> None:
        """Note that the content is what is saved."""
        self._keys, self._anew = {}, False

    def batch(self, head: dict[str, object], most: int, body: Callable[[str], str | None]) -> Batch:
        """Take at most so many changes out, each with its record's body."""
        keys = list(islice(self._keys, most))
        batch = Batch(
            head, {key: body(key) for key in keys}, self._anew, len(keys) == len(self._keys)
        )
        self._anew = False
        for key in keys:
            del self._keys[key]
        return batch
