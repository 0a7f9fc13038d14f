"""A model that is asked in a process of its own."""

# Any: a declaration is JSON, and what a model is given is what `ask` gives it.
from __future__ import annotations

import os
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from testbed.models.apart.channel import Channel, Rubbish, received_reasons, received_scores
from testbed.models.apart.running import Running, UnsentError
from testbed.models.apart.said import Said
from testbed.models.base import Elsewhere, ModelError, Scores
from testbed.models.limit import limits

KEPT = 8
"""How many processes of models that came from elsewhere are kept in this one."""

_numbers = count(1)
_known: weakref.WeakValueDictionary[str, Running] = weakref.WeakValueDictionary()
_latest: OrderedDict[str, Running] = OrderedDict()


class Apart(Elsewhere):
    """A model of the user's that runs in a process of its own, and looks like the model itself.

    It is what `step` makes of the model `before`, such as the fitted one, or the model that the process was started
    for. In another process, where it comes by pickle, the steps are taken again in a new process.
    """

    def __init__(
        self, running: Running, said: Said, before: Apart | None = None, step: tuple[Any, ...] = (), number: int = 0
    ) -> None:
        self._running, self._said, self._before, self._step, self._number = running, said, before, step, number
        if number:
            weakref.finalize(self, running.let_go.append, number)

    @classmethod
    def started(cls, name: str, source: tuple[Any, ...]) -> Apart | None:
        """The model of a source, in a process that is started for it; None if it is a part of the testbed.

        A process that ends or hangs meanwhile gives a model that has failed. Raises InputError if there is no such
        model, UnsentError if a model that is sent cannot be made there.
        """
        running = Running(os.urandom(8).hex(), name, source)
        _known[running.token] = running
        try:
            said = _loaded(running)
        except ModelError:
            return cls(running, Said(name))
        return None if said.ours else cls(running, said)

    @property
    def failure(self) -> str:
        """Why the model is not asked any more; "" while it may be."""
        return self._running.failure

    # --- What it declares ---------------------------------------------------------------------------------

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        found = getattr(self._said, attribute, None)
        if found is None:
            raise AttributeError(attribute)
        return np.asarray(found) if attribute == "classes" else found

    @property
    def fit(self) -> Callable[[pd.DataFrame, np.ndarray], Apart] | None:
        """What fits it; None if it does not learn."""
        return self._fit if self._said.learns else None

    @property
    def reasons(self) -> Callable[..., pd.DataFrame | None] | None:
        """What gives reasons; None if it gives none when it is asked for them alone."""
        return self._reasons if self._said.gives_reasons else None

    @property
    def said(self) -> Callable[[pd.DataFrame, Sequence[str]], np.ndarray] | None:
        """What its estimator says by one of its methods; None if it is no estimator."""
        return self._predicted if self._said.predicts else None

    # --- What it is asked ---------------------------------------------------------------------------------

    def score(self, records: pd.DataFrame, **given: Any) -> Scores:
        """The scores of these records."""
        return self._scores(("score", records, given), len(records))

    def _predicted(self, records: pd.DataFrame, methods: Sequence[str]) -> np.ndarray:
        return self._scores(("said", records, tuple(methods)), len(records)).score

    def _scores(self, request: tuple[Any, ...], n: int) -> Scores:
        def read(channel: Channel, header: Any, until: float) -> Scores:
            return received_scores(channel, header, n, until)

        return self._running.ask((request[0], self._there(), *request[1:]), limits().asking, read)

    def _reasons(self, records: pd.DataFrame, **given: Any) -> pd.DataFrame | None:
        def read(channel: Channel, header: Any, until: float) -> pd.DataFrame | None:
            if "reasons" not in header:
                raise Rubbish
            return received_reasons(channel, header, len(records), until)

        return self._running.ask(("reasons", self._there(), records, given), limits().asking, read)

    # --- What is made of it -------------------------------------------------------------------------------

    def _fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Apart:
        return self._made(("fit", records, outcomes))

    def unfitted(self) -> Apart | None:
        """The same model before it was fitted; None if it cannot be had."""
        return self._made(("unfitted",)) if self._said.fits_again else None

    def reseeded(self, seed: int) -> Apart | None:
        """The same model with another seed; None if its fit draws nothing at random."""
        return self._made(("reseeded", seed)) if self._said.draws else None

    def _made(self, step: tuple[Any, ...]) -> Apart:
        number = next(_numbers)
        said = self._take(step, self._there(), number)
        return Apart(self._running, said, self, step, number)

    def _take(self, step: tuple[Any, ...], there: int, number: int) -> Said:
        """Let the process take a step: from the model of one number to that of another."""
        seconds = limits().fitting if step[0] == "fit" else limits().asking
        said = self._running.ask((step[0], there, number, *step[1:]), seconds, _read_said)
        self._running.held.add(number)
        return said

    def _there(self) -> int:
        """The number of this model in its process, which makes it first if it does not have it yet."""
        if not self._running.failure and not (self._running.runs and self._running.held):
            _loaded(self._running)
        if self._number not in self._running.held and self._before is not None:
            self._take(self._step, self._before._there(), self._number)
        return self._number

    # --- Copies -------------------------------------------------------------------------------------------

    def __copy__(self) -> Apart:
        return self

    def __deepcopy__(self, memo: Any) -> Apart:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        one = self._running
        return _revived, (one.token, one.name, one.source, one.failure, self._said, self._before, self._step)


def _loaded(running: Running) -> Said:
    """Let a process that has just been started load its model."""
    said = running.ask(("load", *running.source), limits().loading, _read_said)
    running.held.add(0)
    return said


def _read_said(channel: Channel, header: Any, until: float) -> Said:
    try:
        return Said.read(header.get("declared"))
    except (TypeError, ValueError):
        raise Rubbish from None


def _revived(
    token: str,
    name: str,
    source: tuple[Any, ...],
    failure: str,
    said: Said,
    before: Apart | None,
    step: tuple[Any, ...],
) -> Apart:
    """A model that comes from another process. Its own process here is kept for the next that come, the latest few."""
    running = _known.get(token)
    if running is None:
        running = _known[token] = Running(token, name, source, failure)
    _latest[token] = running
    _latest.move_to_end(token)
    while len(_latest) > KEPT:
        _latest.popitem(last=False)
    return Apart(running, said, before, step, next(_numbers) if before is not None else 0)


__all__ = ["Apart", "UnsentError"]
