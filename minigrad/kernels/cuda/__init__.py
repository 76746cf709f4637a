"""CUDA kernels: what would be several functions of CuPy, each of which goes through memory, in one.

Each stands beside its NumPy form: kernels/normalization.py has `standardize` for arrays of the CPU, normalization.py
here for those of a GPU. The plain operation of ops/ says what both compute.

A source is C as NVIDIA's compiler takes it, in which T is the type of the elements in memory and A the type in which is
computed: float, and double for doubles. minigrad.simulator runs the same sources where there is no GPU.
"""
