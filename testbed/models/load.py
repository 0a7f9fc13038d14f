"""Finding the model that a user names: a registered model, a rule book, an object, a program, an address or a table."""

# Any: what a user's name stands for can be anything.
from __future__ import annotations

import importlib
import inspect
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from synthetic.errors import InputError, unknown
from synthetic.registry import is_file
from testbed.models.base import ModelError, declared, higher_is, models, name_of, needs, row_wise
from testbed.models.estimators import Learner, Predictor
from testbed.models.guard import first_line, theirs
from testbed.models.recognized import as_model
from testbed.models.rulebook import rulebook_names
from testbed.models.rulebook_file import load_rulebook
from testbed.models.spreadsheet import load_spreadsheet


def model_names() -> list[str]:
    """The names of all models: registered ones and rule books, sorted."""
    return sorted({*models.names(), *rulebook_names()})


def load_model(spec: Any, *, beside: Path | None = None) -> Any:
    """The model that a name, path, object name, program or address stands for; a model object is returned as it is.

    - a registered name (`logistic`) or the name of a rule book (`rongcheng`);
    - a rule book's path, ending in `.toml`, looked up first in the folder `beside`, that of the file that names it;
    - `package.module:object`: a class is called without arguments, a function is the model itself;
      the current directory is importable;
    - `cmd:PROGRAM ARGUMENTS`: see `Program`;
    - `http://` on this machine: see `Address`;
    - a table of person and score, ending in `.csv`: see `Spreadsheet`.

    Raises InputError for anything that cannot be found, imported or used as a model.
    """
    if not isinstance(spec, str | Path):
        return usable(spec, name_of(spec))
    name = str(spec)
    if name.startswith("cmd:"):
        from testbed.models.outside import Program

        return Program(name)
    if name.startswith(("http:", "https:")):
        from testbed.models.outside import Address

        return Address(name)
    if name.endswith(".csv"):
        return load_spreadsheet(name)
    if name.endswith(".toml") or (beside is not None and is_file(beside / f"{name}.toml")):
        return load_rulebook(name, beside=beside)
    if ":" in name:
        return usable(imported(name), name)
    spellings = {name, name.replace("-", "_"), name.replace("_", "-")}
    if spellings & set(rulebook_names()) and not spellings & set(models.names()):
        return load_rulebook(name)
    if not spellings & set(models.names()):
        raise unknown("model", name, model_names())
    made = models.get(name)()
    if said := not_installed(made):
        raise InputError(f"model {name} {said}.")
    return made


def not_installed(model: Any) -> str:
    """What is to be installed before a registered model can be used; "" if nothing."""
    package, extra = declared(model, "extra", ("", ""))
    if not package or find_spec(package) is not None:
        return ""
    return f"needs the package {package}, which is not installed: pip install 'scoring-testbed[{extra}]'"


def is_ours(model: Any) -> bool:
    """Whether a model is a part of the testbed, such as a rule book; an estimator that it wraps is the user's."""
    kind = type(model)
    return kind.__module__.partition(".")[0] == "testbed" and not isinstance(model, Predictor | Learner)


def usable(model: Any, name: str) -> Any:
    """The model itself, or an estimator as a model. Raises InputError unless it can score and its declarations are
    allowed."""
    if inspect.isclass(model):
        raise InputError(f"model {name} is a class; give an object of it, or name it as package.module:object.")
    try:
        model = as_model(model, name)
        if not callable(declared(model, "score")) and not callable(model):
            raise InputError(
                f"model {name} is a {type(model).__name__}; it needs a method score(records), or to be a function."
            )
        higher_is(model), row_wise(model), needs(model)
    except ModelError as problem:
        raise InputError(str(problem)) from problem
    return model


def source_of(name: str) -> Path | None:
    """The file of the module in `package.module:object`, found without importing it; None if there is none.

    >>> source_of("testbed.models.load:source_of").name
    'load.py'
    """
    parts = name.partition(":")[0].split(".")
    places: Any = [*sys.path, str(Path.cwd())]
    origin = None
    PathFinder.invalidate_caches()
    for number in range(len(parts)):
        try:
            found = PathFinder.find_spec(".".join(parts[: number + 1]), places)
        except (ImportError, ValueError, OSError):
            return None
        if found is None:
            return None
        places, origin = found.submodule_search_locations, found.origin
    return Path(origin) if origin and Path(origin).is_file() else None


def imported(name: str, noun: str = "model") -> Any:
    """The object that `package.module:object` names; a class is called without arguments.

    Raises InputError if there is none, or if importing or calling it fails.
    """
    module_name, _, object_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), *object_name.split(".")]):
        raise InputError(f"{noun} {name!r}: a name like package.module:object is needed.")
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)  # for good: a model may import its own helpers when it scores, in a worker too
    try:
        with theirs():
            found: Any = importlib.import_module(module_name)
    except Exception as problem:
        absent = problem.name if isinstance(problem, ModuleNotFoundError) else None
        if absent and (module_name == absent or module_name.startswith(f"{absent}.")):
            raise InputError(f"{noun} {name!r}: there is no module {module_name!r} here or on the path.") from None
        raise InputError(f"{noun} {name!r}: importing {module_name} failed ({first_line(problem)}).") from problem
    try:
        with theirs():
            for part in object_name.split("."):
                if not hasattr(found, part):
                    raise unknown(f"object in {module_name}", part, [one for one in vars(found) if one[0] != "_"])
                found = getattr(found, part)
            return found() if inspect.isclass(found) else found
    except InputError:
        raise
    except Exception as problem:
        called = f"{object_name}()" if inspect.isclass(found) else object_name
        raise InputError(f"{noun} {name!r}: {called} failed ({first_line(problem)}).") from problem
