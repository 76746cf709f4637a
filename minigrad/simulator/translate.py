"""From the syntax tree of a kernel to Python: a generator function for each function of the source."""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from pycparser import c_ast

from . import functions
from .expressions import Expressions
from .launch import MOST_STEPS, Frames, Meeting, Way, own_array, shared_array
from .memory import Memory
from .parsing import Program
from .reading import Signature, Variable
from .types import Number, Pointer, Type, truncated


class Translator(Expressions):
    """One source on its way to Python."""

    def __init__(self, program: Program):
        super().__init__(program.source)
        self.program = program
        self.lines: list[str] = []
        self.origins: list[int] = []
        """For each line of Python the line of C that it comes from."""
        self.indent = 1
        self.gives: Type | None = None
        """What the function that is gone through returns."""
        self.steps: list[Callable[[], None]] = []
        """What `continue` has to do before it goes back to the head of the loop around it."""
        self.memory = Memory(self.fail)
        self.most_steps = MOST_STEPS

    # ------------------------------------------------------------------------------------------------------ the source

    def translate(self) -> dict[str, Callable[..., Generator]]:
        """The functions of the source by their names."""
        wrong: list[Any] = []
        for node in self.program.tree.ext:
            if isinstance(node, c_ast.Typedef) and not self.is_known(node):
                self.at(node)
                of = self.type_of(node.type)
                if not isinstance(of, Number):
                    self.unknown("a typedef of a pointer", "指针的 typedef")
                self.typedefs[node.name] = of
            elif isinstance(node, c_ast.FuncDef):
                self.function(node)
            elif not isinstance(node, c_ast.Typedef | c_ast.Pragma):
                wrong.append(node)
        if wrong:
            self.at(wrong[0])
            self.unknown("what stands outside of functions", "函数外面的声明")
        namespace = {**functions.VALUES, **self.constants, **RUNTIME}
        memory = self.memory
        namespace |= {"load": memory.load, "store": memory.store, "atomic": memory.atomic}
        namespace |= {name: getattr(self, name) for name in CALLED}
        text = "\n".join(self.lines)
        exec(compile(text, "<kernel>", "exec"), namespace)
        return {name: namespace[f"f_{name}"] for name in self.signatures}

    def emit(self, code: str) -> None:
        self.lines.append("    " * self.indent + code)
        self.origins.append(self.line)

    def is_known(self, node: Any) -> bool:
        """Is this one of the typedefs that parsing.py puts before the source?"""
        return node.name in self.typedefs and node.type.type.names == ["int"]

    def function(self, node: Any) -> None:
        """Translate one function."""
        self.at(node)
        name, declared = node.decl.name, node.decl.type
        if not isinstance(declared, c_ast.FuncDecl):
            self.wrong(
                f"parentheses with the parameters are missing behind {name}: {name}(...)",
                f"{name} 后面少了写参数的括号：{name}(...)",
                "syntax",
            )
        declarations = declared.args.params if declared.args else ()
        for p in declarations:
            if isinstance(p, c_ast.ID):
                self.wrong(
                    f"the parameter {p.name} has no type: int {p.name} is a number, const T* {p.name} an array",
                    f"参数 {p.name} 没有类型：int {p.name} 是一个数，const T* {p.name} 是数组",
                    "syntax",
                )
        parameters = [(p.name, self.type_of(p.type)) for p in declarations if p.name is not None]  # not f(void)
        gives = None if self.is_void(declared.type) else self.type_of(declared.type)
        if not {"extern", "static"} & set(node.decl.storage):
            self.wrong(
                f"{name} is no function of the GPU: __device__ must stand before it, or __global__ if it is a kernel",
                f"{name} 不是 GPU 上的函数：前面要写 __device__，核函数则写 __global__",
                "syntax",
            )
        self.signatures[name] = Signature(name, parameters, gives, "extern" in node.decl.storage)
        self.gives = gives
        self.scopes = [{}]
        codes = [self.declare(name, of).code for name, of in parameters]
        self.lines.append(f"def f_{name}({', '.join(['t', *codes])}):")
        self.origins.append(self.line)
        self.indent = 1
        self.emit("if False: yield")
        self.statement(node.body)
        if gives is not None:
            self.emit(f"without_return(t, '{name}', {node.decl.coord.line})")

    # ------------------------------------------------------------------------------------------------------ statements

    def statement(self, node: Any) -> None:
        self.at(node)
        name = "do_" + type(node).__name__
        if hasattr(self, name):
            getattr(self, name)(node)
        elif node is not None:
            code = self.expression(node).code
            self.emit(code)

    def do_Compound(self, node: Any) -> None:
        self.scopes.append({})
        for part in node.block_items or ():
            self.statement(part)
        self.scopes.pop()

    def do_EmptyStatement(self, node: Any) -> None:
        pass

    def do_Pragma(self, node: Any) -> None:
        pass

    def do_DeclList(self, node: Any) -> None:
        for part in node.decls:
            self.statement(part)

    def do_Decl(self, node: Any) -> None:
        of, storage = self.type_of(node.type), node.storage
        if isinstance(of, Pointer) and of.sizes:
            return self.declare_array(node, of, "register" in storage, "extern" in storage)
        if "register" in storage:
            return self.declare_shared_number(node, of)
        value = None if node.init is None else self.assigned(node.name, self.expression(node.init), of)
        variable = self.declare(node.name, of, constant="const" in node.quals and not isinstance(of, Pointer))
        if value is not None:
            self.emit(f"{variable.code} = {value}")

    def declare(self, name: str, of: Type, constant: bool = False) -> Variable:
        if name in self.scopes[-1]:
            self.wrong(f"'{name}' is declared twice", f"{name} 声明了两次", "syntax")
        self.scopes[-1][name] = Variable(self.fresh(name), of, constant)
        return self.scopes[-1][name]

    def declare_array(self, node: Any, of: Pointer, shared: bool, dynamic: bool) -> None:
        count = int(np.prod(of.sizes))
        init = node.init.exprs if isinstance(node.init, c_ast.InitList) else None
        if of.sizes[0] < 0 and init is not None:
            of = Pointer(of.of, of.constant, (len(init),))
            count = len(init)
        number = self.constant(of.of)
        if shared and dynamic:
            made = f"shared_array(t, 'dynamic', '{node.name}', {number}, t.dynamic // {of.of.dtype.itemsize})"
            of = Pointer(of.of, of.constant)
        elif of.sizes[0] < 0:
            self.wrong("the array has no size", "数组没有写大小", "syntax")
        elif shared and node.init is not None:
            self.wrong(
                "shared memory has no first values; the threads write them, and meet at a __syncthreads()",
                "共享内存不能带初始值；要由线程写进去，再用 __syncthreads() 会合",
                "rule",
            )
        elif shared:
            made = f"shared_array(t, '{self.fresh(node.name)}', '{node.name}', {number}, {count})"
        else:
            elements = [self.converted(self.expression(e), of.of) for e in init or ()]
            values = "None" if init is None else f"[{', '.join(elements)}]"
            made = f"own_array('{node.name}', {number}, {count}, {values})"
        self.emit(f"{self.declare(node.name, of).code} = {made}")

    def declare_shared_number(self, node: Any, of: Type) -> None:
        """`__shared__ float total;` is an array of one element that is written without brackets."""
        if node.init is not None:
            self.wrong(
                "shared memory has no first value; one thread writes it, and all meet at a __syncthreads()",
                "共享内存不能带初始值；要由一个线程写进去，再用 __syncthreads() 会合",
                "rule",
            )
        if isinstance(of, Pointer):
            self.unknown("shared pointers", "共享的指针")
        code = self.declare(node.name, Pointer(of, sizes=(0,))).code
        self.emit(f"{code} = shared_array(t, '{code}', '{node.name}', {self.constant(of)}, 1)")

    def do_If(self, node: Any) -> None:
        if isinstance(node.iftrue, c_ast.EmptyStatement) and node.iffalse is None:
            self.wrong(
                "the if ends at its semicolon: what follows is done in any case",
                "if 到这个分号就结束了：后面的语句无论如何都会执行",
                "syntax",
            )
        if isinstance(node.cond, c_ast.Assignment) and node.cond.op == "=":
            self.wrong("= assigns a value; two numbers are compared with ==", "= 是赋值；比较两个数用 ==", "syntax")
        self.emit(f"if {self.truth(node.cond)}:")
        self.inside(node.iftrue)
        if node.iffalse is not None:
            self.emit("else:")
            self.inside(node.iffalse)

    def inside(self, node: Any) -> None:
        """A statement one step further in, in a scope of its own."""
        self.indent += 1
        self.scopes.append({})
        before = len(self.lines)
        self.statement(node)
        if len(self.lines) == before:
            self.emit("pass")
        self.scopes.pop()
        self.indent -= 1

    def do_For(self, node: Any) -> None:
        self.scopes.append({})
        if node.init is not None:
            self.statement(node.init)
        self.loop(node, node.cond, lambda: None if node.next is None else self.statement(node.next))
        self.scopes.pop()

    def do_While(self, node: Any) -> None:
        self.loop(node, node.cond, lambda: None)

    def loop(self, node: Any, condition: Any, step: Callable[[], None]) -> None:
        line = self.line
        self.emit("while True:")
        self.indent += 1
        if condition is not None:
            self.emit(f"if not {self.truth(condition)}: break")
        self.emit(f"tick(t, {line})")
        self.indent -= 1
        self.steps.append(step)
        self.inside(node.stmt)
        self.steps.pop()
        self.indent += 1
        self.line = line
        step()
        self.indent -= 1

    def do_DoWhile(self, node: Any) -> None:
        line = self.line

        def step() -> None:
            self.emit(f"if not {self.truth(node.cond)}: break")

        self.emit("while True:")
        self.steps.append(step)
        self.inside(node.stmt)
        self.steps.pop()
        self.indent += 1
        self.emit(f"tick(t, {line})")
        step()
        self.indent -= 1

    def do_Break(self, node: Any) -> None:
        self.emit("break")

    def do_Continue(self, node: Any) -> None:
        self.steps[-1]()
        self.emit("continue")

    def do_Return(self, node: Any) -> None:
        if node.expr is None:
            self.emit("return")
        elif self.gives is None:
            self.wrong(
                "a function of type void returns no value; is a semicolon missing behind return?",
                "void 函数不返回值；是不是 return 后面少了分号？",
                "rule",
            )
        else:
            self.emit(f"return {self.converted(self.expression(node.expr), self.gives)}")

    # ---------------------------------------------------------------------------------------- what runs in the kernel

    def way(self, frames: Frames) -> Way:
        """Where these frames of the translated functions are."""
        lines = [self.origins[number - 1] for _, number in frames]
        names = [frame.f_code.co_name.removeprefix("f_") for frame, _ in frames]
        return lines[-1], [(names[k + 1], lines[k]) for k in reversed(range(len(frames) - 1))]

    def fitted(self, value: int, of: Number, line: int) -> int:
        low, high = of.limits
        if not low <= value <= high:
            self.fail(
                "overflow",
                f"{value} does not fit into {of.name}, which ends at {high}",
                f"{value} 放不进 {of.name}，它最大是 {high}",
                line,
            )
        return value

    def divided(self, a: int, b: int, line: int) -> int:
        """a / b for whole numbers: towards 0."""
        if b == 0:
            self.fail("division", f"{a} is divided by 0", f"{a} 除以 0", line)
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)

    def quotient(self, a: int, b: int, line: int) -> int:
        """The same where it goes on as a floating-point number."""
        result = self.divided(a, b, line)
        if result * b != a:
            told = f"{a} / {b} is a quotient of whole numbers, {result}", f"{a} / {b} 是整数相除，得 {result}"
            self.fractions.setdefault(line, told)
        return result

    def whole(self, name: str, value: Any, of: Number, line: int) -> int:
        """A floating-point number that is put into a variable of whole numbers."""
        result = truncated(value, of)
        if result != value:
            told = f"{name} is {of.name}: of {value:.6g} it keeps {result}"
            self.fractions.setdefault(line, (told, f"{name} 的类型是 {of.name}：放进去 {value:.6g}，只留下 {result}"))
        return result

    def remainder(self, a: int, b: int, line: int) -> int:
        return a - b * self.divided(a, b, line)

    def within(self, index: int, size: int, line: int) -> int:
        """An index into one dimension of an array of several."""
        if not 0 <= index < size:
            self.fail(
                "out_of_bounds",
                f"the index {index} is not in 0 .. {size - 1}",
                f"下标 {index} 不在 0 到 {size - 1} 之间",
                line,
            )
        return index

    def without_return(self, t: Any, name: str, line: int) -> None:
        """What happens at the end of a function that has to give a value."""
        self.fail(
            "no_return",
            f"{t.en} comes to the end of {name} without return, and {name} has to give a value",
            f"{t.zh} 走到了 {name} 的末尾，却没有遇到 return，而 {name} 是要返回值的",
            line,
        )

    def tick(self, t: Any, line: int) -> None:
        t.steps[0] += 1
        if t.steps[0] > self.most_steps:
            self.fail(
                "endless",
                f"{t.en} is still in this loop after {self.most_steps:,} turns of all threads; does it end?",
                f"{t.zh} 还在这个循环里，所有线程一共已经转了 {self.most_steps:,} 圈；它会结束吗？",
                line,
            )


CALLED = ("fitted", "divided", "quotient", "whole", "remainder", "within", "tick", "without_return")
RUNTIME = {
    "Meeting": Meeting,
    "shared_array": shared_array,
    "own_array": own_array,
    **{t.__name__: t for t in (np.float16, np.float32, np.float64)},
}
