"""Mistakes that are made in lesson 2.7."""

from minigrad.course.mutants import mistake
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
    "'layer1' froze nothing, 'layer1.0.weight' froze that parameter. 'layer1' is the name of a module, and the "
    "parameters lie below it: `path in names` does not find them, within(path, names) does.",
    "'layer1' 什么也没冻结，'layer1.0.weight' 却冻结了那个参数。'layer1' 是模块的名字，参数在它下面："
    "用 `path in names` 找不到，要用 within(path, names)。",
)
def exact_names(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        if (not names or path in names) and path not in kept:
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "Nothing was frozen: not with 'layer1', not with 'layer1.0.weight', not without names. Write "
    "parameter.requires_grad = False for the parameters that model.named_parameters() gives. On a module it is one "
    "more attribute; what detach() or a copy gives is another object, and the parameter of the model stays as it was.",
    "什么也没冻结：给 'layer1' 没有，给 'layer1.0.weight' 没有，不给名字也没有。要对 model.named_parameters() "
    "给出的参数写 parameter.requires_grad = False。设在模块上只是多了一个没用的属性；detach() "
    "或复制得到的是另一个对象，模型里的参数没有变。",
)
def nothing_frozen(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, module in model.named_modules():
        if (not names or within(path, names)) and not within(path, kept):
            module.__dict__["requires_grad"] = False
    return model


@mistake(
    FREEZE,
    "Without names all was frozen, but 'layer1' froze nothing, and 'layer1.0.weight' neither. names is a tuple of "
    "names already: within(path, names).",
    "不给名字时全部冻结了，可是给 'layer1' 什么也没冻结，给 'layer1.0.weight' 也一样。"
    "names 已经是由名字组成的元组：within(path, names)。",
)
def no_part_found(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        if (not names or any(within(path, name) for name in names)) and not within(path, kept):
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "except_=('fc',) was right, except_='fc' is not. A string is one name; tuple('fc'), or a loop over 'fc', gives its "
    "letters, 'f' and 'c'.",
    "except_=('fc',) 没有问题，except_='fc' 却不对。字符串是一个名字；tuple('fc') 或者对 'fc' 循环，"
    "会把它拆成字母 'f' 和 'c'。",
)
def letters(model, *names, except_=()):
    return typo_ignored(model, *names, except_=[checked(model, [part]) or part for part in except_])


@mistake(
    FREEZE,
    "With a generator as except_, other parameters learn afterwards than with a tuple of the same names. A generator "
    "can be read once, then it is empty: make a tuple of it first, and read only that.",
    "except_ 是生成器时，仍在学习的参数和给同样名字的元组时不同。生成器只能读一遍，再读就是空的："
    "先把它变成元组，之后只读这个元组。",
)
def generator_read_twice(model, *names, except_=()):
    kept = (except_,) if isinstance(except_, str) else except_
    checked(model, (*names, *kept))
    for path, p in model.named_parameters():
        if (not names or within(path, names)) and not within(path, kept):
            p.requires_grad = False
    return model


@mistake(
    FREEZE,
    "freeze changed train or eval mode. Only requires_grad is to change: batch norm goes on following the data.",
    "freeze 改变了训练或评估模式。只该改 requires_grad：批归一化照样跟着数据走。",
)
def mode_changed(model, *names, except_=()):
    kept = tuple_of(except_)
    checked(model, (*names, *kept))
    return typo_ignored(model, *names, except_=kept).eval()


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
    "A model without a linear layer is to raise ValueError, and yours did not. head_of returns ('', None) then: look "
    "whether the name is empty.",
    "模型没有全连接层时应该抛出 ValueError，你的函数没有。这时 head_of 返回 ('', None)：看看名字是不是空的。",
)
def headless_accepted(model, num_classes):
    name, head = head_of(model)
    if name:
        put(model, name, fitted(Linear(head.in_features, num_classes, bias=head.bias is not None), head))
    return model


@mistake(
    HEAD,
    "num_classes = 0 was accepted. For fewer than one class raise ValueError; check_count or an if does it.",
    "num_classes = 0 也被接受了。类别少于一个时要抛出 ValueError，用 check_count 或 if 都行。",
)
def no_class_accepted(model, num_classes):
    if num_classes < 0:
        raise ValueError("num_classes")
    _replace(model, num_classes)
    return model


@mistake(
    HEAD,
    "The new head has values up to {got}. Those of the old one are {old} here; Linear(...) draws them between ±1/√6, "
    "where 6 is in_features. It must be fresh: leave it as Linear(...) made it.",
    "新的头里有大到 {got} 的数。这里旧头的数都是 {old}；Linear(...) 取的数在 ±1/√6 之间，6 是 in_features。"
    "新的头应该是全新的：Linear(...) 建好是什么样，就留着什么样。",
)
def old_weights_kept(model, num_classes):
    _, old = found(model)
    _replace(model, num_classes)
    _, new = found(model)
    rows = min(num_classes, old.out_features)
    new.weight.data[:rows] = old.weight.data[:rows]
    return model


@mistake(
    HEAD,
    "After freeze(model) parameters of the new head do not learn: {got}. requires_grad is not taken over from the old "
    "head: a fresh one always learns.",
    "freeze(model) 之后换上的新头，有参数不参与学习：{got}。requires_grad 不要照搬旧头的：新的头总是要学的。",
)
def head_stays_frozen(model, num_classes):
    _, old = found(model)
    _replace(model, num_classes)
    _, new = found(model)
    for p in new.parameters():
        p.requires_grad = old.weight.requires_grad
    return model


@mistake(
    HEAD,
    "Only the place of the old head, '{place}', gets another layer; your new linear layers are at: {got}. The name of "
    "the last one may have dots, such as fc.2.0: then the layer goes to model.get_submodule('fc.2'), as '0'.",
    "只该换掉旧头所在的位置 '{place}'，你的新全连接层却在：{got}。名字可以带点，例如 fc.2.0："
    "这时要放到 model.get_submodule('fc.2') 里，名字是 '0'。",
)
def misplaced(model, num_classes):
    name, head = found(model)
    model.add_module(
        name.rpartition(".")[2], fitted(Linear(head.in_features, num_classes, head.bias is not None), head)
    )
    return model


@mistake(
    HEAD,
    "add_module and setattr take a name without dots that is not empty; yours got '{got}'. name.rpartition('.') parts "
    "the name of the head into the path of the module that holds it and the last part: 'fc.2' and '0' for fc.2.0, '' "
    "and 'fc' for fc. Then model.get_submodule(path).add_module(last, layer).",
    "add_module 和 setattr 的名字里不能有点，也不能为空，你给的是 '{got}'。用 name.rpartition('.') 把头的名字拆成所在"
    "模块的路径和最后一段：fc.2.0 拆成 'fc.2' 和 '0'，fc 拆成 '' 和 'fc'。再用 "
    "model.get_submodule(path).add_module(last, layer)。",
)
def dotted_name(model, num_classes):
    name, head = found(model)
    model.add_module(name, fitted(Linear(head.in_features, num_classes, bias=head.bias is not None), head))
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
    "Settings such as {'lr': 0.01, 'weight_decay': 0} were taken for a rate. settings_of(rate) makes a dict of either: "
    "**settings_of(rates[name]).",
    "把 {'lr': 0.01, 'weight_decay': 0} 这样的设置当成了学习率。settings_of(rate) 把两种都变成字典："
    "**settings_of(rates[name])。",
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


@mistake(
    GROUPS,
    "The group of '' must be named 'all'.",
    "'' 的组名应为 'all'。",
)
def whole_unnamed(model, rates):
    groups = complete(model, rates, grouped(model, rates, longest))
    return [{**group, "name": "" if group["name"] == "all" else group["name"]} for group in groups]


@mistake(
    GROUPS,
    "'params' of a group is a {got}; it must be a list. An iterator is empty when it has been read once.",
    "组里的 'params' 是 {got}，应该是列表。迭代器读过一遍就空了。",
)
def no_list(model, rates):
    groups = complete(model, rates, grouped(model, rates, longest))
    return [{**group, "params": iter(group["params"])} for group in groups]


@mistake(
    GROUPS,
    "A part 'a' is found, a part 'ab' is not: a name was taken for its letters. within takes several names, so one "
    "name goes into a tuple: within(path, (name,)).",
    "名为 'a' 的部分找得到，'ab' 却找不到：名字被拆成了字母。within 要的是若干个名字，"
    "一个名字要放进元组：within(path, (name,))。",
)
def letters_in_groups(model, rates):
    pick = lambda path, ns: sorted([n for n in ns if within(path, n)], key=len)[-1:]  # noqa: E731
    return complete(model, rates, grouped(model, rates, pick))


@mistake(
    GROUPS,
    "With a rate for 'fc' alone your code raised {error}: {message}. (Line {line}: `{code}`) With a rate for each part "
    "it did not. Parameters that lie under no part of rates are to be left out.",
    "只给 'fc' 设学习率时，你的代码抛出了 {error}：{message}（第 {line} 行：`{code}`）；给每个部分都设就没有。"
    "不属于 rates 里任何部分的参数要去掉。",
)
def uncovered_kept(model, rates):
    return complete(model, rates, grouped(model, rates, lambda path, ns: [longest(path, ns)[0]]))
