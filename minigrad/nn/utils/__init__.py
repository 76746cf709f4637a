"""What PyTorch keeps in torch.nn.utils: gradient clipping, which lives in optim/clip.py, and packed sequences."""

from ...optim.clip import clip_grad_norm_, clip_grad_value_
from . import rnn

__all__ = ["clip_grad_norm_", "clip_grad_value_", "rnn"]
