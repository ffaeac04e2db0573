"""Objects as COM shows them: every access to a capitalised member is a round trip, counted and able to fail."""

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

E_EXCEPTION, E_DISCONNECTED = -2147352567, -2147417848
_SCODE_1004 = -2146827284


class ComError(Exception):
    """What pywintypes.com_error is on Windows."""

    def __init__(self, hresult=E_EXCEPTION, strerror="Exception occurred.", excepinfo=None, argerror=None):
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror, self.excepinfo, self.argerror = hresult, strerror, excepinfo, argerror


def refusal(words: str) -> ComError:
    """Excel's error 1004, as it comes through COM."""
    return ComError(excepinfo=(0, "Microsoft Excel", words, "xlmain11.chm", 0, _SCODE_1004))


class Trips:
    """The round trips made so far, by name: `Range.Value` is read, `Range.Value=` is set, `Range.Select` is called."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._failures: list[list[Any]] = []

    def fail_at(self, name: str, exception: BaseException, nth: int = 1) -> None:
        """Let the nth trip of that name from now on raise; `Value=` means the name on any object."""
        self._failures.append([name, exception, nth])

    def add(self, kind: str, member: str) -> None:
        """Count one trip; raises where one is to fail."""
        self.calls[f"{kind}.{member}"] += 1
        for failure in self._failures:
            if failure[0] in (member, f"{kind}.{member}"):
                failure[2] -= 1
                if not failure[2]:
                    self._failures.remove(failure)
                    raise failure[1]


class Counted:
    """What count_calls saw."""

    def __init__(self) -> None:
        self.by_name: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """All round trips."""
        return self.by_name.total()


@contextmanager
def count_calls(app: Any) -> Iterator[Counted]:
    """Count the round trips that the block makes to the Excel of an xw.App."""
    counted, before = Counted(), app.impl.calls.copy()
    try:
        yield counted
    finally:
        counted.by_name = app.impl.calls - before


class ComObject:
    """Base of all that COM shows. `app` is the Application, `book` the Workbook it belongs to, if any."""

    def __init__(self, app: Any, book: Any = None) -> None:
        self.app, self.book = app, book
        self.state: dict[str, Any] = {}

    def trip(self, member: str) -> None:
        """One way to Excel and back."""
        self.app.trips.add(type(self).__name__, member)
        if self.app.gone or (self.book is not None and self.book.closed):
            raise ComError(E_DISCONNECTED, "The object invoked has disconnected from its clients.")

    def __getattribute__(self, name: str) -> Any:
        if not name[0].isupper():
            return object.__getattribute__(self, name)
        member = getattr(type(self), name, None)
        if isinstance(member, property):
            self.trip(name)
            return member.fget(self)
        if member is None:
            raise AttributeError(f"{type(self).__name__}.{name}: not a member, or not yet in this Excel for tests")
        return functools.partial(self._called, name)

    def _called(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.trip(name)
        return object.__getattribute__(self, name)(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name[0].isupper():
            object.__setattr__(self, name, value)
            return
        member = getattr(type(self), name, None)
        if not isinstance(member, property) or member.fset is None:
            raise AttributeError(f"{type(self).__name__}.{name} can't be set")
        self.trip(f"{name}=")
        member.fset(self, value)

    def __bool__(self) -> bool:
        return True

    @property
    def Application(self) -> Any:  # noqa: N802 - Excel's name
        return self.app


def stored(key: str, default: Any = None, kind: Callable[[Any], Any] | None = None) -> property:
    """A member that only keeps what it was given."""

    def put(self: ComObject, value: Any) -> None:
        self.state[key] = kind(value) if kind else value

    return property(lambda self: self.state.get(key, default), put)


def always(value: Any) -> property:
    """A member that is the same everywhere."""
    return property(lambda _self: value)


class ComCollection(ComObject):
    """A collection: `items()` lists it, keys are numbers from 1 or names whatever their case."""

    def items(self) -> list[Any]:
        """The members, in order."""
        raise NotImplementedError

    def name_of(self, item: Any) -> str:
        """What a member is called here."""
        return item.name

    def item(self, key: Any) -> Any:
        """The member of that number or name."""
        items = self.items()
        if isinstance(key, str):
            for one in items:
                if self.name_of(one).casefold() == key.casefold():
                    return one
        elif 1 <= key <= len(items):
            return items[int(key) - 1]
        raise ComError(excepinfo=(0, None, None, None, 0, -2147352565))  # DISP_E_BADINDEX

    def Item(self, key: Any) -> Any:  # noqa: N802
        return self.item(key)

    def __call__(self, *key: Any) -> Any:
        self.trip("Item")
        return self.item(*key)

    def __iter__(self) -> Iterator[Any]:
        self.trip("_NewEnum")
        for one in self.items():
            self.trip("Next")
            yield one

    @property
    def Count(self) -> int:  # noqa: N802
        return len(self.items())
