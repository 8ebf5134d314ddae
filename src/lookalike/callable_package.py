"""A package that may be called: `lookalike.describe(pictures)` beside `from lookalike.describe import DESCRIBERS`.

A public function and the package that it is about have one name; whichever is imported first, both uses work.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def named(target: str) -> Any:
    """The object named by 'package.module:name', imported now."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def call_instead(package: str, target: str) -> None:
    """Lets calls of `package` go to the function that `target`, 'package.module:name', is; imported by the first."""

    class CallablePackage(ModuleType):
        """A package whose call is that of a function."""

        def __call__(self, *args: Any, **settings: Any) -> Any:
            return _function(target)(*args, **settings)

        @property
        def __signature__(self) -> inspect.Signature:
            return inspect.signature(_function(target))

    sys.modules[package].__class__ = CallablePackage


def _function(target: str) -> Callable[..., Any]:
    function: Callable[..., Any] = named(target)
    return function
