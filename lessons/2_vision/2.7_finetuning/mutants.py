"""Mistakes that are made in lesson 2.7."""

from minigrad.course.mutants import mistake, mutant
from minigrad.models.finetuning import check_part, head_of, settings_of, within
from minigrad.nn import Linear

FREEZE = "minigrad.models.finetuning:freeze"
HEAD = "minigrad.models.finetuning:replace_head"
GROUPS = "minigrad.models.finetuning:param_groups"


def tuple_of(except_):
    return (except_,) if isinstance(except_, str) else tuple(except_)


def checked(model, names):
    for name in names:
        check_part(model, name)


@mistake(
    FREEZE,
    "'layer1' froze layer10 as well: its name begins with the same letters. A part is the name itself or what begins "
    "with the name and a dot; within(path, parts) knows.",
    "'layer1' 把 layer10 也冻结了，因为名字开头相同。一个部分指名字本身，"
    "或以“名字加一个点”开头的名字；within(path, parts) 会判断。",
)
def begins_alike(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        if (not names or path.startswith(names)) and not within(path, kept):
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "Parameters that are not meant were set to learn. What lies elsewhere, or is excepted, stays as it was, frozen or "
    "not.",
    "没有提到的参数被设成了可以学习。别处的、排除在外的参数都应保持原样，原来冻结的仍然冻结。",
)
def others_thawed(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        p.requires_grad = not ((not names or within(path, names)) and not within(path, kept))
    return model


@mistake(
    FREEZE,
    "Without names nothing was frozen. No names means all parts.",
    "没有给名字时什么也没冻结。不给名字就是指全部。",
)
def no_names_nothing(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        if within(path, names) and not within(path, kept):
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "except_ had no effect: what lies under its parts must go on learning. within(path, kept) finds that; `path in "
    "kept` does not.",
    "except_ 没有起作用：它列出的部分里的参数应该继续学习。用 within(path, kept) 才找得到，用 `path in kept` 找不到。",
)
def exception_forgotten(model, *names, except_=()):
    checked(model, (*names, *tuple_of(except_)))
    for path, p in model.named_parameters():
        if not names or within(path, names):
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "Nothing was frozen. 'layer1' is the name of a module; the parameters lie below it, so `path in names` does not "
    "find them, within(path, names) does. And requires_grad is for parameters: on a module it is one more attribute.",
    "什么也没冻结。'layer1' 是模块的名字，参数在它下面，用 `path in names` 找不到，要用 within(path, names)。另外，"
    "requires_grad 要设在参数上；设在模块上只是多了一个没用的属性。",
)
def nothing_frozen(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, module in model.named_modules():
        if (not names or within(path, names)) and not within(path, kept):
            module.__dict__["requires_grad"] = False
    return model


@mutant(FREEZE, "raised")
def exception_spelt_out(model, *names, except_=()):
    return typo_ignored(model, *names, except_=[checked(model, [part]) or part for part in except_])


@mistake(
    FREEZE,
    "A name that no parameter lies under was passed over. A typo would freeze nothing, and nobody would notice: call "
    "check_part(model, name) for each name, also for those in except_.",
    "没有任何参数属于这个名字，却放了过去。打错一个字就什么也没冻结，谁也不会发现："
    "对每个名字调用 check_part(model, name)，except_ 里的也一样。",
)
def typo_ignored(model, *names, except_=()):
    kept = tuple_of(except_)
    for path, p in model.named_parameters():
        if (not names or within(path, names)) and not within(path, kept):
            p.requires_grad = False
    return model


@mistake(FREEZE, "The model is not returned.", "没有返回 model。")
@mistake(HEAD, "The model is not returned.", "没有返回 model。")
def not_returned(model, *args, **options):
    (_freeze if not args or isinstance(args[0], str) else _replace)(model, *args, **options)


def _freeze(model, *names, except_=()):
    typo_ignored(model, *names, except_=except_)
    checked(model, (*names, *tuple_of(except_)))


def put(model, name, layer):
    path, _, last = name.rpartition(".")
    model.get_submodule(path).add_module(last, layer)
    return model


def found(model):
    name, head = head_of(model)
    if not name:
        raise ValueError("no linear layer")
    return name, head


def fitted(fresh, head):
    return fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)


def _replace(model, num_classes):
    name, head = found(model)
    put(model, name, fitted(Linear(head.in_features, num_classes, bias=head.bias is not None), head))


@mistake(
    HEAD,
    "The new head takes as many numbers as the old one gave. It takes what the old one took: head.in_features.",
    "新的头接收的个数等于旧头输出的个数。它应该和旧头接收的一样多：head.in_features。",
)
def features_of_the_output(model, num_classes):
    name, head = found(model)
    return put(model, name, fitted(Linear(head.out_features, num_classes, bias=head.bias is not None), head))


@mistake(
    HEAD,
    "The new head always has a bias; it has one only if the old one had.",
    "新的头总有偏置；旧的有，它才有。",
)
def always_a_bias(model, num_classes):
    name, head = found(model)
    return put(model, name, fitted(Linear(head.in_features, num_classes), head))


@mistake(
    HEAD,
    "The new head is float32, the model is not: .to(head.weight.device, dtype=head.weight.dtype).",
    "新的头是 float32，模型却不是：.to(head.weight.device, dtype=head.weight.dtype)。",
)
def always_float32(model, num_classes):
    name, head = found(model)
    return put(model, name, Linear(head.in_features, num_classes, bias=head.bias is not None).train(head.training))


@mistake(
    HEAD,
    "The new head is in train mode although the model is in eval mode: .train(head.training).",
    "模型处于评估模式，新的头却处于训练模式：.train(head.training)。",
)
def always_training(model, num_classes):
    name, head = found(model)
    fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
    return put(model, name, fresh.to(head.weight.device, dtype=head.weight.dtype))


@mistake(
    HEAD,
    "The first linear layer was replaced, not the last. head_of(model) finds the last.",
    "换掉的是第一个全连接层，不是最后一个。head_of(model) 会找到最后一个。",
)
def first_linear_replaced(model, num_classes):
    name, head = next((n, m) for n, m in model.named_modules() if isinstance(m, Linear))
    return put(model, name, fitted(Linear(head.in_features, num_classes, bias=head.bias is not None), head))


@mistake(
    HEAD,
    "A model without a linear layer was accepted: head_of returns an empty name then, and replace_head raises "
    "ValueError.",
    "没有全连接层的模型也被接受了：这时 head_of 返回空名字，replace_head 应该抛出 ValueError。",
)
def headless_accepted(model, num_classes):
    name, head = head_of(model)
    if name:
        put(model, name, fitted(Linear(head.in_features, num_classes, bias=head.bias is not None), head))
    return model


def grouped(model, rates, pick, frozen_too=False, keep_empty=False, settings=settings_of):
    groups = {name: [] for name in rates}
    for path, p in model.named_parameters():
        if p.requires_grad or frozen_too:
            for name in pick(path, list(rates)):
                groups[name].append(p)
    return [
        {"params": ps, "name": name or "all", **settings(rates[name])}
        for name, ps in groups.items()
        if ps or keep_empty
    ]


def longest(path, names):
    return sorted([n for n in names if within(path, (n,))], key=len)[-1:]


def complete(model, rates, groups):
    checked(model, rates)
    if not any(g["params"] for g in groups):
        raise ValueError("nothing learns")
    return groups


@mistake(
    GROUPS,
    "A parameter is in several groups: it would be moved several times in each step. It belongs to the part with the "
    "longest name alone.",
    "同一个参数进了好几个组，每一步就会被更新好几次。它只属于名字最长的那个部分。",
)
def in_every_group(model, rates):
    return complete(model, rates, grouped(model, rates, lambda path, ns: [n for n in ns if within(path, (n,))]))


@mistake(
    GROUPS,
    "The first part that fits wins. The longest name must win, in whatever order the parts are listed: 'fc' before ''.",
    "取了第一个符合的部分。不管列出的顺序如何，都应取名字最长的：'fc' 优先于 ''。",
)
def first_wins(model, rates):
    return complete(model, rates, grouped(model, rates, lambda path, ns: [n for n in ns if within(path, (n,))][:1]))


@mistake(
    GROUPS,
    "The last part that fits wins. The longest name must win, in whatever order the parts are listed: 'fc' before ''.",
    "取了最后一个符合的部分。不管列出的顺序如何，都应取名字最长的：'fc' 优先于 ''。",
)
def last_wins(model, rates):
    return complete(model, rates, grouped(model, rates, lambda path, ns: [n for n in ns if within(path, (n,))][-1:]))


@mistake(
    GROUPS,
    "'layer1' got the parameters of layer10: its name begins with the same letters. within(path, (name,)) looks for "
    "the dot.",
    "'layer1' 拿走了 layer10 的参数，因为名字开头相同。within(path, (name,)) 会看后面有没有点。",
)
def begins_alike_in_groups(model, rates):
    pick = lambda path, ns: sorted([n for n in ns if path.startswith(n)], key=len)[-1:]  # noqa: E731
    return complete(model, rates, grouped(model, rates, pick))


@mistake(
    GROUPS,
    "Frozen parameters are in the groups. Leave out those whose requires_grad is False.",
    "组里有冻结的参数。requires_grad 为 False 的要去掉。",
)
def frozen_included(model, rates):
    return complete(model, rates, grouped(model, rates, longest, frozen_too=True))


@mistake(
    GROUPS,
    "The groups have no names. Each is called after its part, under the key 'name'; that of '' is called 'all'.",
    "各组没有名字。每个组以它的部分命名，键是 'name'；'' 的组叫 'all'。",
)
def nameless(model, rates):
    groups = complete(model, rates, grouped(model, rates, longest))
    return [{key: value for key, value in group.items() if key != "name"} for group in groups]


@mistake(
    GROUPS,
    "There are groups without parameters; leave them out.",
    "有的组里没有参数；空的组要去掉。",
)
def empty_kept(model, rates):
    return complete(model, rates, grouped(model, rates, longest, keep_empty=True))


@mistake(
    GROUPS,
    "Settings such as {'lr': 0.01, 'weight_decay': 0} were taken for a learning rate. settings_of(rate) makes settings "
    "of both.",
    "把 {'lr': 0.01, 'weight_decay': 0} 这样的设置当成了学习率。settings_of(rate) 两种都能处理。",
)
def settings_as_rate(model, rates):
    return complete(model, rates, grouped(model, rates, longest, settings=lambda rate: {"lr": rate}))


@mistake(
    GROUPS,
    "A name that no parameter lies under was passed over: call check_part(model, name) for every name in rates.",
    "没有任何参数属于这个名字，却放了过去：对 rates 里的每个名字调用 check_part(model, name)。",
)
def typo_ignored_in_groups(model, rates):
    return grouped(model, rates, longest)


@mistake(
    GROUPS,
    "No parameter is left, and no ValueError says so: the optimizer would have nothing to do.",
    "一个参数都没有剩下，却没有抛出 ValueError：优化器就无事可做了。",
)
def nothing_learns(model, rates):
    checked(model, rates)
    return grouped(model, rates, longest)


@mistake(
    GROUPS,
    "The groups hold something else than the model's parameters, their names perhaps. named_parameters() gives pairs: "
    "the second of each, the parameter itself, belongs into 'params'.",
    "组里装的不是模型的参数，也许装的是名字。named_parameters() 给出的是一对一对的："
    "放进 'params' 的是第二个，也就是参数本身。",
)
def names_in_groups(model, rates):
    names = {id(p): name for name, p in model.named_parameters()}
    groups = complete(model, rates, grouped(model, rates, longest))
    return [{**group, "params": [names[id(p)] for p in group["params"]]} for group in groups]
