"""Typical mistakes in lesson 1.2."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.2",
        "topological_order",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        order, seen, stack = [], set(), [(root, False) for root in roots]
        while stack:
            vertex, done = stack.pop()
            if done:
                order.append(vertex)
            elif vertex not in seen:
                seen.add(vertex)
                stack.append((vertex, True))
                stack += [(edge[0], False) for edge in vertex.edges or () if edge is not None]
            return order
        """,
        "missing_vertex",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "global_list",
        "The list is made once for all calls",
        """
        for root in roots:
            visit(root)
        return ORDER
        """,
        "remembered",
        NAMED,
        first=HELPFUL,
        after="""
            ORDER = []


            def visit(vertex):
                if vertex not in ORDER:
                    for edge in vertex.edges or ():
                        if edge is not None:
                            visit(edge[0])
                    ORDER.append(vertex)
        """,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "default_list",
        "A mutable default argument keeps what was seen",
        """
        def visit(vertex, order, seen=SEEN):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0], order)
                order.append(vertex)


        order = []
        for root in roots:
            visit(root, order)
        return order
        """,
        "remembered_missing",
        NAMED,
        first=MISLEADING,
        after="""
            SEEN = set()
        """,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "inserted_in_front",
        "Inserts each finished vertex in front",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                order.insert(0, vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "reversed",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "edge_as_vertex",
        "Visits the edge, not its first item",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge)
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "breadth_first",
        "Breadth first from the root, not turned around",
        """
        order, seen, waiting = [], set(), list(roots)
        while waiting:
            vertex = waiting.pop(0)
            if vertex not in seen:
                seen.add(vertex)
                order.append(vertex)
                waiting += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "reversed",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "roots_as_stack",
        "The stack is `roots` itself, not a copy",
        """
        order, seen, stack = [], set(), roots
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif vertex not in seen:
                seen.add(vertex)
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "queue_for_a_stack",
        "Takes from the front of the list what belongs on a stack",
        """
        order, seen, stack = [], set(), [(root, False) for root in roots]
        while stack:
            vertex, done = stack.pop(0)
            if done:
                order.append(vertex)
            elif vertex not in seen:
                seen.add(vertex)
                stack.append((vertex, True))
                stack += [(edge[0], False) for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "reversed",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "in_the_order",
        "Asks whether the vertex is in the list `order`",
        """
        order = []


        def visit(vertex):
            if vertex in order:
                return
            for edge in vertex.edges or ():
                if edge is not None:
                    visit(edge[0])
            order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "by_value",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "list_searched",
        "Compares with every vertex seen so far: right, but quadratic",
        """
        order, seen, stack = [], [], list(roots)
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif not any(other is vertex for other in seen):
                seen.append(vertex)
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "too_long",
        NAMED,
        first=MISLEADING,
        process=True,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "first_input_only",
        "Follows the first edge of each vertex only",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                    break
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "missing_vertex",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "seen_never_filled",
        "Asks whether a vertex was seen, and never notes it",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "duplicates",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "list_append",
        "Appends, as to a list",
        """
        if total is None:
            return grad
        return total.append(grad)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "added_into_out",
        "Adds into `total` with out=",
        """
        if total is None:
            return grad
        return np.add(total, grad, out=total)
        """,
        "in_place",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "concatenated",
        "Concatenates",
        """
        if total is None:
            return grad
        return np.concatenate([total, grad])
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "no_return_the_first_time",
        "Assigns the first time and returns nothing",
        """
        if total is None:
            total = grad
        else:
            return total + grad
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "larger_of_both",
        "Takes the larger of both",
        """
        return grad if total is None else np.maximum(total, grad)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "wrong_variable",
        "grad + grad where total + grad is meant",
        """
        return grad if total is None else grad + grad
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "zero_the_first_time",
        "Returns 0 the first time",
        """
        if total is None:
            return 0
        return total + grad
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "difference",
        "Subtracts",
        """
        return grad if total is None else total - grad
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "added_into_grad",
        "Adds into `grad` with out=",
        """
        if total is None:
            return grad
        return np.add(total, grad, out=grad)
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "seen_by_text",
        "Remembers repr(vertex), not the vertex",
        """
        order, seen, stack = [], set(), list(roots)
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif repr(vertex) not in seen:
                seen.add(repr(vertex))
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "by_value",
        NAMED,
    ),
]
