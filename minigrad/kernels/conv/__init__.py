"""Convolutions as arrays: several ways to the same result, and which is taken when."""
