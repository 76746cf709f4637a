"""From expressions of C to expressions of Python, each beside its type.

What C converts silently is written out: 1 / 2 is divided(1, 2), x + 1 with a float x is x + float32(1).
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from pycparser import c_ast

from ..errors import did_you_mean, nearest
from . import functions
from .functions import ATOMICS, NOTHING, SHUFFLES, WAITING
from .reading import Reader, Signature, Value, whole_number
from .types import (
    BOOL,
    DOUBLE,
    FLOAT,
    HALVES,
    INT,
    LONG_LONG,
    UNSIGNED,
    UNSIGNED_LONG_LONG,
    Number,
    Pointer,
    Type,
    common,
    converter,
)

INDICES = ("threadIdx", "blockIdx", "blockDim", "gridDim")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class Expressions(Reader):
    """The expressions of a source."""

    def expression(self, node: Any) -> Value:
        self.at(node)
        method = getattr(self, "of_" + type(node).__name__, None)
        if method is None:
            self.unknown(f"this ({type(node).__name__})", f"这种写法（{type(node).__name__}）")
        return method(node)

    def number(self, node: Any) -> Value:
        """An expression that must be a number."""
        value = self.expression(node)
        self.check_number(value)
        return value

    def check_number(self, value: Value) -> Number:
        if isinstance(value.type, Pointer):
            self.wrong(
                "a pointer stands where a number is needed; is an index [i] missing?",
                "这里要一个数，给的却是指针；是不是漏了下标 [i]？",
            )
        if value.type is None:
            called = re.search(r"f_(\w+)\(", value.code)
            name = called[1] if called else "a function"
            zh = called[1] if called else "这个函数"
            self.wrong(
                f"{name} gives no value, being void, and stands where a number is needed",
                f"这里要一个数，而 {zh} 是 void 函数，没有返回值",
                "rule",
            )
        return value.type

    def truth(self, node: Any) -> str:
        return self.number(node).code

    def converted(self, value: Value, target: Type) -> str:
        """The value as one of `target`, as an assignment converts it."""
        if isinstance(target, Pointer) or isinstance(value.type, Pointer):
            if not isinstance(target, Pointer) or not isinstance(value.type, Pointer):
                self.wrong(
                    f"{'a pointer' if isinstance(value.type, Pointer) else 'a number'} stands where "
                    f"{'a pointer' if isinstance(target, Pointer) else 'a number'} is needed",
                    f"这里要{'指针' if isinstance(target, Pointer) else '数'}，"
                    f"给的是{'指针' if isinstance(value.type, Pointer) else '数'}",
                )
            if value.type.of is not target.of or (value.type.constant and not target.constant):
                self.wrong(f"{value.type.name} is no {target.name}", f"{value.type.name} 不能当作 {target.name}")
            return value.code
        source = self.check_number(value)
        if isinstance(target, Number) and target.floating and value.code.startswith("divided("):
            value = Value(value.code.replace("divided(", "quotient(", 1), value.type)
        function = converter(source, target)
        return value.code if function is None else f"{self.constant(function)}({value.code})"

    def assigned(self, name: str, value: Value, target: Type) -> str:
        """The value as it is put into the variable or array called `name`."""
        whole = isinstance(target, Number) and not target.floating and target is not BOOL
        if whole and isinstance(value.type, Number) and value.type.floating:
            return f"whole('{name}', {value.code}, {self.constant(target)}, {self.line})"
        return self.converted(value, target)

    def constant(self, thing: Any) -> str:
        """A name under which the code finds something that was computed here."""
        if thing in (np.float16, np.float32, np.float64):
            return thing.__name__
        if thing in (int, bool):
            return thing.__name__
        name = f"constant{len(self.constants)}"
        self.constants[name] = thing
        return name

    def of_Constant(self, node: Any) -> Value:
        text = node.value
        if text[0] in "\"'LuU":
            if "inf" in text.lower():
                self.wrong(
                    "C makes no number of a text; infinity is INFINITY",
                    "C 不能把文本变成数；无穷大写作 INFINITY",
                    "syntax",
                )
            self.unknown("texts and characters", "字符和字符串")
        if "int" in node.type or "long" in node.type:
            digits = text.lower().rstrip("ul")
            suffix = text.lower()[len(digits) :]
            value = whole_number(digits)
            kinds = [UNSIGNED, UNSIGNED_LONG_LONG] if "u" in suffix else [INT, LONG_LONG]
            if digits.startswith("0x") and "u" not in suffix:
                kinds = [INT, UNSIGNED, LONG_LONG]
            if "ll" in suffix or "l" in suffix:
                kinds = kinds[-1:]
            fitting = [of for of in kinds if value <= of.limits[1]] or [UNSIGNED_LONG_LONG]
            return Value(str(value), fitting[0])
        if node.type in ("float", "double", "long double"):
            single = text[-1] in "fF" and not text.lower().startswith("0x")
            of = FLOAT if single else DOUBLE
            return Value(self.constant(of.dtype.type(float(text.rstrip("fFlL")))), of)
        self.unknown(f"the constant {text}", f"常量 {text}")

    def of_ID(self, node: Any) -> Value:
        if node.name in ("true", "false"):
            return Value(str(node.name == "true"), BOOL)
        if node.name in functions.CONSTANTS:
            return Value(*functions.CONSTANTS[node.name])
        variable = self.variable(node.name)
        if isinstance(variable.type, Pointer) and variable.type.sizes == (0,):
            return Value(f"load({variable.code}, 0, t, {self.line})", variable.type.of)
        return Value(variable.code, variable.type)

    def of_StructRef(self, node: Any) -> Value:
        if isinstance(node.name, c_ast.ID) and node.name.name in INDICES and node.field.name in "xyz":
            return Value(f"t.{node.name.name}_{node.field.name}", UNSIGNED)
        name = node.name.name if isinstance(node.name, c_ast.ID) else ""
        if near := nearest(name, INDICES):
            self.wrong(f"there is no '{name}'; did you mean {near}?", f"没有 {name}；是不是 {near}？", "syntax")
        self.without_part(name, node.field.name)

    def of_ArrayRef(self, node: Any) -> Value:
        address, index, of = self.place(node)
        if isinstance(of, Pointer):
            return Value(f"({address}).plus({index})", of)
        return Value(f"load({address}, {index}, t, {self.line})", of)

    def place(self, node: Any) -> tuple[str, str, Type]:
        """Address, index and type of what a subscript or a star names."""
        if isinstance(node, c_ast.UnaryOp) and node.op == "*":
            pointer = self.expression(node.expr)
            if not isinstance(pointer.type, Pointer):
                self.wrong(
                    "* stands before what is no pointer; C has no power **, write v * v",
                    "* 后面不是指针；C 没有乘方 **，请写 v * v",
                    "rule",
                )
            return pointer.code, "0", pointer.type.of
        base = self.expression(node.name)
        self.at(node)
        if not isinstance(base.type, Pointer):
            self.wrong("an index stands behind what is no array", "下标前面不是数组")
        index = self.number(node.subscript)
        self.at(node)
        if index.type.floating:  # type: ignore[union-attr]
            self.wrong("an index must be a whole number", "下标必须是整数", "rule")
        if len(base.type.sizes) > 1:
            rest = base.type.sizes[1:]
            code = f"within({index.code}, {base.type.sizes[0]}, {self.line}) * {int(np.prod(rest))}"
            return base.code, code, Pointer(base.type.of, base.type.constant, rest)
        code = index.code
        if len(base.type.sizes) == 1 and self.is_row(node.name):
            code = f"within({code}, {base.type.sizes[0]}, {self.line})"
        return base.code, code, base.type.of

    def is_row(self, node: Any) -> bool:
        """Is this a row of an array of several dimensions, whose end is not the end of the memory?"""
        return isinstance(node, c_ast.ArrayRef)

    def of_UnaryOp(self, node: Any) -> Value:
        if node.op == "*":
            address, index, of = self.place(node)
            return Value(f"load({address}, {index}, t, {self.line})", of)
        if node.op == "&":
            return self.address(node.expr)
        if node.op in ("p++", "p--", "++", "--"):
            return self.step(node)
        if node.op == "sizeof":
            named = isinstance(node.expr, c_ast.Typename)
            of = self.type_of(node.expr.type) if named else self.check_number(self.expression(node.expr))
            if not isinstance(of, Number):
                self.unknown("the size of a pointer", "指针的大小")
            return Value(str(of.dtype.itemsize), UNSIGNED_LONG_LONG)
        value = self.number(node.expr)
        self.at(node)
        if node.op == "!":
            return Value(f"(not {value.code})", BOOL)
        of = common(value.type, value.type)  # type: ignore[arg-type]
        code = self.converted(value, of)
        if node.op == "+":
            return Value(code, of)
        if node.op == "-":
            return Value(self.in_range(f"(-{code})", of), of)
        if node.op == "~" and not of.floating:
            return Value(self.in_range(f"(~{code})", of), of)
        self.unknown(f"the operator {node.op}", f"运算符 {node.op}")

    def address(self, node: Any) -> Value:
        """&x[i]"""
        if isinstance(node, c_ast.ID):
            variable = self.variable(node.name)
            if isinstance(variable.type, Pointer) and variable.type.sizes == (0,):
                return Value(variable.code, Pointer(variable.type.of))
        if not isinstance(node, c_ast.ArrayRef):
            self.unknown("addresses of anything but elements of arrays", "除数组元素以外的取地址")
        base = self.expression(node.name)
        address, index, of = self.place(node)
        constant = isinstance(base.type, Pointer) and base.type.constant
        of = of.of if isinstance(of, Pointer) else of
        return Value(f"({address}).plus({index})", Pointer(of, constant))

    def step(self, node: Any) -> Value:
        """i++ and its like: the value before (p++) or after (++) one is added or taken away."""
        one = c_ast.Constant("int", "1", node.coord)
        changed = c_ast.Assignment("+=" if "+" in node.op else "-=", node.expr, one, node.coord)
        if not node.op.startswith("p"):
            return self.expression(changed)
        old = self.expression(node.expr)
        name = self.fresh("old")
        return Value(f"(({name} := {old.code}), {self.expression(changed).code})[0]", old.type)

    def of_Assignment(self, node: Any) -> Value:
        target, operator = node.lvalue, node.op[:-1]
        if isinstance(target, c_ast.ID):
            variable = self.variable(target.name, given=not operator)
            if isinstance(variable.type, Pointer) and variable.type.sizes == (0,):  # a shared number
                return self.stored(variable.code, "0", variable.type.of, operator, node)
            if variable.constant or (isinstance(variable.type, Pointer) and variable.type.sizes):
                self.wrong(f"{target.name} cannot be assigned to", f"不能给 {target.name} 赋值", "rule")
            value = self.expression(node.rvalue)
            self.at(node)
            if operator:
                value = self.combined(operator, Value(variable.code, variable.type), value)
            return Value(f"({variable.code} := {self.assigned(target.name, value, variable.type)})", variable.type)
        if isinstance(target, c_ast.ArrayRef) or (isinstance(target, c_ast.UnaryOp) and target.op == "*"):
            base = self.expression(target.name if isinstance(target, c_ast.ArrayRef) else target.expr)
            if isinstance(base.type, Pointer) and base.type.constant:
                self.wrong("this array is const: it cannot be written to", "这个数组是 const，不能写", "rule")
            address, index, of = self.place(target)
            if isinstance(of, Pointer):
                self.wrong("a whole row cannot be assigned to", "不能给一整行赋值", "rule")
            return self.stored(address, index, of, operator, node)
        self.wrong("this cannot be assigned to", "不能给它赋值", "syntax")

    def stored(self, address: str, index: str, of: Number, operator: str, node: Any) -> Value:
        """The assignment to an element: address and index are computed once."""
        line = self.line
        value = self.expression(node.rvalue)
        self.line = line
        if not operator:
            return Value(f"store({address}, {index}, {self.converted(value, of)}, t, {line})", of)
        a, i = self.fresh("address"), self.fresh("index")
        changed = self.converted(self.combined(operator, Value(f"load({a}, {i}, t, {line})", of), value), of)
        return Value(f"(({a} := {address}), ({i} := {index}), store({a}, {i}, {changed}, t, {line}))[-1]", of)

    def of_BinaryOp(self, node: Any) -> Value:
        if node.op in ("&&", "||"):
            word = "and" if node.op == "&&" else "or"
            return Value(f"(bool({self.truth(node.left)}) {word} bool({self.truth(node.right)}))", BOOL)
        left, right = self.expression(node.left), self.expression(node.right)
        self.at(node)
        if node.op in COMPARISONS and re.search(r"[^<>-][<>]=?[^<>=&|?:;,()]+[<>]=?[^<>]", self.text):
            self.wrong(
                "a < b < c compares the 0 or 1 of a < b with c; write a < b && b < c",
                "a < b < c 是拿 a < b 的结果 0 或 1 去和 c 比；请写 a < b && b < c",
                "rule",
            )
        return self.combined(node.op, left, right)

    def combined(self, operator: str, left: Value, right: Value) -> Value:
        """left operator right."""
        if isinstance(left.type, Pointer) or isinstance(right.type, Pointer):
            return self.combined_pointers(operator, left, right)
        a, b = self.check_number(left), self.check_number(right)
        if operator in ("<<", ">>"):
            of = common(a, a)
        else:
            of = common(a, b)
        if a in HALVES or b in HALVES:
            self.wrong(
                "halves are not computed with; compute in float, and convert what is a half first",
                "half 不直接参与计算；请用 float 计算，先把 half 转换过来",
            )
        if of is DOUBLE and FLOAT in (a, b):
            self.doubles.append(self.line)
        x = self.converted(left, of)
        y = right.code if operator in ("<<", ">>") else self.converted(right, of)
        if operator in COMPARISONS:
            return Value(f"({x} {operator} {y})", BOOL)
        if of.floating:
            if operator not in ("+", "-", "*", "/"):
                power_en, power_zh = ("; a power is v * v", "；乘方写作 v * v") if operator == "^" else ("", "")
                self.wrong(
                    f"{operator} is for whole numbers only{power_en}", f"{operator} 只能用于整数{power_zh}", "rule"
                )
            return Value(f"({x} {operator} {y})", of)
        if operator == "/":
            return Value(f"divided({x}, {y}, {self.line})", of)
        if operator == "%":
            return Value(f"remainder({x}, {y}, {self.line})", of)
        return Value(self.in_range(f"({x} {operator} {y})", of), of)

    def combined_pointers(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "+" and isinstance(right.type, Pointer):
            left, right = right, left
        if isinstance(left.type, Pointer) and isinstance(right.type, Pointer):
            if operator == "-":
                return Value(f"({left.code}.offset - {right.code}.offset)", LONG_LONG)
            if operator in COMPARISONS:
                return Value(f"({left.code}.offset {operator} {right.code}.offset)", BOOL)
        elif operator in ("+", "-") and isinstance(left.type, Pointer):
            if self.check_number(right).floating:
                self.wrong("an index must be a whole number", "下标必须是整数", "rule")
            sign = "-" if operator == "-" else ""
            return Value(f"{left.code}.plus({sign}({right.code}))", Pointer(left.type.of, left.type.constant))
        self.wrong(f"{operator} cannot be computed with a pointer", f"指针不能做 {operator} 运算", "rule")

    def in_range(self, code: str, of: Number) -> str:
        """What whole numbers do at their limits: unsigned ones wrap around, signed ones must not get there."""
        if of.floating:
            return code
        if of is UNSIGNED:
            return f"({code} & 0xFFFFFFFF)"
        if of is UNSIGNED_LONG_LONG:
            return f"({code} & 0xFFFFFFFFFFFFFFFF)"
        return f"fitted({code}, {self.constant(of)}, {self.line})"

    def of_TernaryOp(self, node: Any) -> Value:
        condition, yes, no = self.truth(node.cond), self.expression(node.iftrue), self.expression(node.iffalse)
        if isinstance(yes.type, Pointer) or isinstance(no.type, Pointer):
            if yes.type != no.type:
                self.wrong("the two sides of ? : have different types", "? : 两边的类型不同")
            return Value(f"({yes.code} if {condition} else {no.code})", yes.type)
        of = common(self.check_number(yes), self.check_number(no))
        if isinstance(yes.type, Number) and yes.type is no.type:
            of = yes.type
        if of is DOUBLE and FLOAT in (yes.type, no.type):
            self.doubles.append(self.line)
        return Value(f"({self.converted(yes, of)} if {condition} else {self.converted(no, of)})", of)

    def of_Cast(self, node: Any) -> Value:
        value, target = self.expression(node.expr), self.type_of(node.to_type.type)
        self.at(node)
        if isinstance(target, Pointer) and target != value.type:
            self.unknown("casts of pointers", "指针的类型转换")
        return Value(self.converted(value, target), target)

    def of_ExprList(self, node: Any) -> Value:
        values = [self.expression(part) for part in node.exprs]
        return Value(f"({', '.join(v.code for v in values)},)[-1]", values[-1].type)

    def of_FuncCall(self, node: Any) -> Value:
        if isinstance(node.name, c_ast.StructRef) and isinstance(node.name.name, c_ast.ID):
            module = node.name.name.name
            self.wrong(
                f"C has no modules such as {module}: functions are called by their bare names, as exp(v) and max(a, b)",
                f"C 没有 {module} 这样的模块：函数直接用名字调用，如 exp(v)、max(a, b)",
                "syntax",
            )
        if not isinstance(node.name, c_ast.ID):
            self.unknown("calls of anything but a function by its name", "这种调用")
        name, arguments = node.name.name, list(node.args.exprs) if node.args else []
        if name not in self.signatures and name not in WAITING:
            self.check_slip(name)
        values = [self.expression(a) for a in arguments]
        self.at(node)
        if name in self.signatures:
            return self.own_call(self.signatures[name], values)
        if name in WAITING:
            return self.wait(name, values)
        if name in NOTHING:
            return Value("None", None)
        if name in ATOMICS:
            return self.atomic(name, values)
        if name == "__ldg" and len(values) == 1 and isinstance(values[0].type, Pointer):
            return Value(f"load({values[0].code}, 0, t, {self.line})", values[0].type.of)
        found = functions.find(name, tuple(self.check_number(v) for v in values))
        if found is None:
            known = {*self.signatures, *functions.OF_ONE, *[f"{n}f" for n in functions.OF_ONE], *WAITING, *ATOMICS}
            near = nearest(name, known)
            self.wrong(
                f"there is no function '{name}'{did_you_mean(name, known)}",
                f"没有名为 {name} 的函数" + (f"（是不是 {near}？）" if near else ""),
                "syntax",
            )
        self.check_count(name, len(found.takes), len(values))
        if found.gives is DOUBLE and FLOAT in [v.type for v in values]:
            self.doubles.append(self.line)
        taken = [self.converted(v, of) for v, of in zip(values, found.takes)]
        return Value(f"{self.constant(found.compute)}({', '.join(taken)})", found.gives)

    def check_count(self, name: str, expected: int, given: int) -> None:
        if expected != given:
            en = f"{name} takes {expected} arguments, and {given} are given"
            self.wrong(en, f"{name} 要 {expected} 个参数，给了 {given} 个", "rule")

    def own_call(self, signature: Signature, values: Sequence[Value]) -> Value:
        if signature.kernel:
            self.wrong(
                f"{signature.name} is a kernel (__global__) and cannot be called by another; what kernels call is "
                '__device__, without extern "C"',
                f"{signature.name} 是核函数（__global__），别的核函数不能调用它；供核函数调用的函数要写 __device__，"
                '不写 extern "C"',
                "syntax",
            )
        self.check_count(signature.name, len(signature.parameters), len(values))
        taken = [self.converted(v, of) for v, (_, of) in zip(values, signature.parameters)]
        return Value(f"(yield from f_{signature.name}({', '.join(['t', *taken])}))", signature.gives)

    def wait(self, name: str, values: Sequence[Value]) -> Value:
        self.count += 1
        at = f"{self.count}, {self.line}"
        if name == "__syncthreads":
            self.check_count(name, 0, len(values))
            return Value(f"(yield Meeting('block', {at}))", None)
        if name == "__syncwarp":
            mask = self.converted(values[0], UNSIGNED) if values else str(0xFFFFFFFF)
            return Value(f"(yield Meeting('warp', {at}, {mask}))", None)
        if len(values) == 4:
            self.unknown("shuffles of parts of a warp", "只在 warp 的一部分里做的 shuffle")
        self.check_count(name, 3, len(values))
        mask, lane = self.converted(values[0], UNSIGNED), self.converted(values[2], INT)
        shuffle = self.constant(SHUFFLES[name])
        choose = f"(lambda lane, n={lane}: {shuffle}(lane, n))"
        of = self.check_number(values[1])
        return Value(f"(yield Meeting('warp', {at}, {mask}, {values[1].code}, {choose}))", of)

    def atomic(self, name: str, values: Sequence[Value]) -> Value:
        self.check_count(name, 2, len(values))
        pointer = values[0].type
        if not isinstance(pointer, Pointer):
            self.wrong(f"{name} takes an address first: &x[i]", f"{name} 的第一个参数是地址：&x[i]", "rule")
        value = self.converted(values[1], pointer.of)
        change = f"(lambda old, value={value}: {self.constant(ATOMICS[name])}(old, value))"
        return Value(f"atomic({values[0].code}, t, {self.line}, {change})", pointer.of)
