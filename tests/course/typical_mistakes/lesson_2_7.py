"""Typical mistakes in lesson 2.7."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

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
        "exact_names",
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
        "dotted_name",
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
    Mistake(
        "2.7",
        "freeze",
        "letters_of_a_string",
        "tuple(except_) of a string: its letters",
        """
        kept = tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "letters",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "freeze",
        "letters_of_a_string_unchecked",
        "tuple(except_) of a string, and only names are checked",
        """
        kept = tuple(except_)
        for name in names:
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "letters",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "freeze",
        "detached",
        "parameter = parameter.detach() in the loop",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter = parameter.detach()
        return model
        """,
        "nothing_frozen",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "freeze",
        "eval_too",
        "model.eval() too",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.requires_grad = False
        model.eval()
        return model
        """,
        "mode_changed",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "freeze",
        "part_in_eval",
        "the modules of the parts are put in eval mode",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.requires_grad = False
        for path, module in model.named_modules():
            if within(path, names):
                module.eval()
        return model
        """,
        "mode_changed",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "freeze",
        "generator_used_up",
        "except_ is not made a tuple: a generator is used up",
        """
        kept = (except_,) if isinstance(except_, str) else except_
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "generator_read_twice",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "freeze",
        "one_name_at_a_time",
        "within(path, name) for each name: its letters",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or any(within(path, name) for name in names)) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "no_part_found",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "zero_classes",
        "num_classes < 0 in place of < 1",
        """
        if num_classes < 0:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(path).add_module(last, fresh)
        return model
        """,
        "no_class_accepted",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "first_rows_kept",
        "the first rows of the old weights are copied",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(path).add_module(last, fresh)
        rows = min(num_classes, head.out_features)
        fresh.weight.data[:rows] = head.weight.data[:rows]
        return model
        """,
        "old_weights_kept",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "old_bias_kept",
        "the first old biases are copied",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(path).add_module(last, fresh)
        rows = min(num_classes, head.out_features)
        if head.bias is not None:
            fresh.bias.data[:rows] = head.bias.data[:rows]
        return model
        """,
        "old_weights_kept",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "requires_grad_kept",
        "requires_grad of the old weight for the new one",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(path).add_module(last, fresh)
        fresh.weight.requires_grad = head.weight.requires_grad
        return model
        """,
        "head_stays_frozen",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "no_head_unasked",
        "a model without a linear layer is not thought of",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(path).add_module(last, fresh)
        return model
        """,
        "headless_accepted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "at_the_top",
        "model.add_module(last, ...): in the model, not in the module that holds the head",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.add_module(last, fresh)
        return model
        """,
        "misplaced",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "attribute_fc",
        "model.fc = ..., whatever the name is",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.fc = fresh
        return model
        """,
        "misplaced",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "under_the_old",
        "the new layer is added below the old one",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.get_submodule(name).add_module(last, fresh)
        return model
        """,
        "misplaced",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "dotted_name",
        "model.add_module(name, ...) with a dotted name",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.add_module(name, fresh)
        return model
        """,
        "dotted_name",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "path_as_name",
        "model.add_module(path, ...): the path where the last part belongs",
        """
        if num_classes < 1:
            raise ValueError("no classes")
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        path, _, last = name.rpartition(".")
        model.add_module(path, fresh)
        return model
        """,
        "dotted_name",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "an_iterator",
        "iter(ps) in a group",
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
        return [{"params": iter(ps), "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "no_list",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "rates_not_settings",
        '"lr": rates[name] for settings too',
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
        return [{"params": ps, "name": n or "all", "lr": rates[n]} for n, ps in groups.items() if ps]
        """,
        "settings_as_rate",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "name_without_tuple",
        "within(path, name) with a string: its letters",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, name)]
            if parameter.requires_grad and parts:
                groups[max(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "letters_in_groups",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "under_no_part",
        "parameters under no part are not left out",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad:
                groups[max(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "uncovered_kept",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "whole_unnamed",
        "the group of '' is named ''",
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
        return [{"params": ps, "name": n, **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "whole_unnamed",
        NAMED,
        first=HELPFUL,
    ),
]
