"""Mixed precision, under torch.amp's names: `autocast` and `GradScaler`."""

from .autocast_mode import autocast, get_autocast_dtype, is_autocast_enabled
from .grad_scaler import GradScaler
