"""Why a function that is right on the CPU fails on a GPU: it used NumPy where arrays are CuPy's.

NumPy hands on what it can: `np.exp(x)` of an array on the GPU is CuPy's. What it cannot hand on is named here, with the
learner's own line: what makes an array from nothing (`np.zeros(...)`), and what takes NumPy's arrays only
(`np.asarray(x)`, `np.add.at(...)`).
"""

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..tensor import Tensor
from .diagnosis import Finding
from .numpy_sources import Scene, Use

MIXED = re.compile(
    r"Unsupported type <class 'numpy\.ndarray'>|Only cupy arrays can be|expected cupy[\w.]*, got numpy\.ndarray|"
    r"non-scalar numpy\.ndarray cannot be used for fill"
)
"""What CuPy says when one of NumPy's arrays meets its own."""
WITHIN = re.compile(r"'numpy\.ndarray' object has no attribute")
"""What may be said inside a function of CuPy's that was given one of NumPy's arrays."""
DEMANDED = re.compile(
    r"Implicit conversion to a NumPy array is not allowed|returned NotImplemented from __array_ufunc__|"
    r"no implementation found for 'numpy\.|Only numpy\.ndarray can be set"
)
"""What is said where NumPy would need an array of its own."""
OPERANDS = re.compile(r"NotImplemented from __array_ufunc__\(<ufunc '\w+'>, '__call__', .*\): (.+)$", re.DOTALL)
"""The types that an operation was given, in NumPy's words, when no array would have it: "'ndarray', 'NoneType'"."""
ON_TWO_DEVICES = re.compile(r"tensors on (cuda:\d+ and cpu|cpu and cuda:\d+)")
KINDS = ("numpy_mixed", "numpy_demanded", "numpy_returned", "cpu_tensor", "numpy_asked", "cupy_lacks")
"""The kinds of findings that say what NumPy has to do with it."""
READING = ("minigrad.tensor", "minigrad.tensor_methods", "minigrad.device")
"""Modules of minigrad that read from the GPU because they are told to: `.item()`, `.cpu()`, `.tolist()`."""
A_TENSOR = {"en": "a tensor on the CPU", "zh": "CPU 上的张量"}
AN_ARRAY = {"en": "a NumPy array", "zh": "NumPy 数组"}
LACKS = re.compile(r"module 'cupy[\w.]*' has no attribute '(\w+)'|`cupy_(\w+\.\w+)` is not supported yet")


def why_on_device(error: BaseException, path: str) -> Finding | None:
    """The finding for an error that left the learner's code in `path` on a GPU, if NumPy is its reason; else None."""
    scene = Scene.of(error, path)
    if scene is None or not isinstance(error, Exception):
        return None
    message, facts = str(error), {"line": scene.line, "code": scene.code}
    lacks = LACKS.search(message)
    if lacks:
        return Finding("cupy_lacks", {**facts, "name": lacks[1] or lacks[2]})
    if "use .cpu().numpy()" in message:
        return Finding("numpy_asked", facts)
    two_devices = ON_TWO_DEVICES.search(message)
    mixed = MIXED.search(message) or (WITHIN.search(message) and scene.called)
    operands = OPERANDS.search(message)
    of_no_array = operands and operands[1].count("'ndarray'") < 2 and not re.search("'(list|tuple)'", operands[1])
    if of_no_array or not (two_devices or mixed or DEMANDED.search(message)):
        return None
    uses = scene.uses()
    demanding = scene.demanding() if DEMANDED.search(message) else None
    if demanding:
        uses = [demanding, *[use for use in uses if use.code not in demanding.code]]
        return explained("numpy_demanded", {**facts, "call": demanding.code}, uses, scene)
    return explained("cpu_tensor" if two_devices else "numpy_mixed", facts, uses, scene)


def why_returned(function: Callable, given: Mapping[str, Any], result: Any) -> Finding:
    """The finding for a function whose result has an array on the CPU in it, although what it was `given` did not."""
    scene = Scene.of_returns(inspect.unwrap(function), given)
    is_tensor = any(isinstance(part, Tensor) for part in (result if isinstance(result, list | tuple) else [result]))
    facts = {"line": scene.line, "code": scene.code, "what": A_TENSOR if is_tensor else AN_ARRAY}
    return explained("numpy_returned", facts, scene.uses(), scene)


def why_read(error: BaseException, path: str) -> Finding:
    """The finding for code that waits for the GPU; line 0 where minigrad, or a lesson's check, waits by itself."""
    scene = Scene.of(error, path)
    if scene is None or (scene.called.startswith(("minigrad.", "<run_path>")) and scene.called not in READING):
        return Finding("reads", {"line": 0, "code": ""})
    return Finding("reads", {"line": scene.line, "code": scene.code})


def asks_for_numpy(function: Callable) -> Finding | None:
    """The finding for a function that asks whether something is one of NumPy's arrays; None if it does not."""
    scene = Scene.of_returns(inspect.unwrap(function), {})
    for node in ast.walk(scene.home):
        asks = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance"
        if asks and any(scene.numpy_name(part) == "ndarray" for part in ast.walk(node.args[-1])):  # type: ignore[attr-defined]
            scene.line = node.lineno  # type: ignore[attr-defined]
            return Finding("asks_for_numpy", {"line": scene.line, "code": scene.code})
    return None


def explained(kind: str, facts: dict[str, Any], uses: Sequence[Use], scene: Scene) -> Finding:
    """The finding, with what made NumPy's arrays, and what to write instead."""
    made = [use.said for use in uses if use.kind != "demands"]
    facts["made"] = {
        "en": ": " + "; ".join([said["en"] for said in made]) if made else "",
        "zh": "：" + "；".join([said["zh"] for said in made]) if made else "",
    }
    told = [advice(use) for use in sorted(uses, key=lambda use: use.line)]
    if any(scene.is_in(use.instead) for use in uses):
        told.append(the_module(scene))
    told = [each for each in told if each] or [GENERAL]
    facts["write"] = {"en": " ".join([each["en"] for each in told]), "zh": "".join([each["zh"] for each in told])}
    return Finding(kind, facts)


GENERAL = {
    "en": "Make arrays with the module that array_module(x) gives, not with np.",
    "zh": "新建数组时用 array_module(x) 给出的模块，不要用 np。",
}


def the_module(scene: Scene) -> dict[str, str]:
    """What the array module is that the advice speaks of; empty where the code has it."""
    if scene.has_xp:
        return {}
    given = f"`{scene.xp} = array_module({scene.array})`"
    return {
        "en": f"Get it with {given}: CuPy for arrays on the GPU, NumPy for others.",
        "zh": f"其中 {given}：数组在 GPU 上时是 CuPy，否则是 NumPy。",
    }


def advice(use: Use) -> dict[str, str]:
    """What to write instead, in a sentence; empty where only the sentence about it helps."""
    if use.lacks:
        return {
            "en": f"CuPy has no {use.lacks}: make it of functions that CuPy has.",
            "zh": f"CuPy 没有 {use.lacks}：请用 CuPy 有的函数来实现。",
        }
    if use.instead in ("", use.code):
        return {}
    if use.instead.startswith("generator("):
        en = f"draw on the GPU, `{use.instead}`, with generator and device_of of minigrad.device."
        zh = f"用 minigrad.device 里的 generator 和 device_of 直接在 GPU 上抽取：`{use.instead}`。"
        return {"en": f"Line {use.line}: {en}", "zh": f"第 {use.line} 行：{zh}"}
    return {
        "en": f"Line {use.line}: write `{use.instead}` instead of `{use.code}`.",
        "zh": f"第 {use.line} 行：把 `{use.code}` 写成 `{use.instead}`。",
    }
