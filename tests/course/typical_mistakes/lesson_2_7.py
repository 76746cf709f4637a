"""Typical mistakes in lesson 2.7."""

from .mistake import HELPFUL, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.7",
        "freeze",
        "gradients_removed",
        "sets p.grad to None, which freezes nothing",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.grad = None
        return model
        """,
        "nothing_frozen",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "freeze",
        "exact_names",
        "path in names: finds parameters alone, not what lies below a part",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or path in names) and path not in kept:
                parameter.requires_grad = False
        return model
        """,
        "nothing_frozen",
        NAMED,
    ),
    Mistake(
        "2.7",
        "freeze",
        "any_part",
        "or in place of and: what is excepted is frozen if it is named",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if not names or within(path, names) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "exception_forgotten",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "attribute_set",
        "setattr(model, name, ...) with a dotted name",
        """
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        setattr(model, name, fresh)
        return model
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "same_object",
        "changes out_features of the old layer",
        """
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        head.out_features = num_classes
        return model
        """,
        "otherwise",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "shortest_wins",
        "min in place of max: the shortest name wins",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[min(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "first_wins",
        NAMED,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "names_in_groups",
        "the paths, not the parameters, are in the groups",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[max(parts, key=len)].append(path)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "names_in_groups",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "dict_returned",
        "a dict of groups in place of a list",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[max(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return groups
        """,
        "broke",
        HELPFUL,
    ),
]
