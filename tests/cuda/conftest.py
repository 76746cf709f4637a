"""Every test in this folder runs twice: on the stand-in for CuPy, and, with `pytest -m cuda`, on a GPU."""

from importlib.util import find_spec

import pytest
import torch

from minigrad import device as device_module
from minigrad.device import check_device
from minigrad.errors import DeviceError
from minigrad.kernels.cuda import launch, random
from tests import oracle, standin

SIMULATED = 400
"""Elements of the largest arrays for which kernels run on the stand-in, some ten microseconds each; larger ones take
the plain operations, and are drawn by NumPy's generator."""

DIFFERENT = {"(4,)-all-": "PyTorch's loss of one ignored sample is NaN on the CPU and 0 on the GPU; minigrad's is NaN"}
"""Parts of the names of tests in which PyTorch's GPU does not agree with its CPU."""


@pytest.fixture(autouse=True, params=["stand-in", pytest.param("GPU", marks=pytest.mark.cuda)])
def device(request):
    """'cuda', with the oracle's tensors there. PyTorch computes on the GPU too where it can."""
    device_module._expected.clear()  # what the test before left unread
    if request.param == "stand-in":
        with standin.installed(), oracle.on("cuda", "cpu"), pytest.MonkeyPatch.context() as patch:
            patch.setattr(launch, "MOST", SIMULATED)
            patch.setattr(random.Generator, "fill", standin.filled_beyond(SIMULATED, random.Generator.fill))
            yield "cuda"
        return
    try:
        check_device("cuda")
    except DeviceError as error:
        pytest.skip(f"no GPU: {error}")
    for part, reason in DIFFERENT.items():
        if part in request.node.name:
            pytest.skip(reason)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    with oracle.on("cuda", "cuda" if torch.cuda.is_available() else "cpu"):
        yield "cuda"


@pytest.fixture
def way():
    """The tests of single operations choose among fast twins; on a GPU all of them step aside."""


def pytest_report_header():
    if find_spec("cupy") is None:
        return "CuPy: not installed"
    import cupy

    return f"CuPy {cupy.__version__}, PyTorch {torch.__version__}, its GPU: {torch.cuda.is_available()}"
