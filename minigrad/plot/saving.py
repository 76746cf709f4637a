"""Pictures as files."""

import io
from pathlib import Path

from matplotlib.figure import Figure

from ..serialization import write_atomically


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure, whole or not at all; the folder is made if needed. Raises CheckpointError if that fails."""
    path, picture = Path(path), io.BytesIO()
    figure.savefig(picture, format="png", dpi=120, bbox_inches="tight")
    write_atomically(path, picture.getvalue())
    return path
