"""A lesson: a scenario told to a class in one page that needs no network.

Comes in: a lesson file, and the worlds that it asks for.
Goes out: one HTML file whose every number comes from those worlds.
"""

from testbed.lesson.base import GRAMMAR, Lesson, lessons
from testbed.lesson.data import data_of
from testbed.lesson.grid import Grid, run_grid
from testbed.lesson.page import render
from testbed.lesson.watch import Watch, run_watch

__all__ = ["GRAMMAR", "Grid", "Lesson", "Watch", "data_of", "lessons", "render", "run_grid", "run_watch"]
