"""Whole tasks, from data to trained model: what `minigrad train NAME` runs."""

from . import mnist
from .recipe import Recipe

RECIPES: tuple[Recipe, ...] = (mnist.RECIPE,)
