"""Whole tasks, from data to trained model: what `minigrad train NAME` runs."""
