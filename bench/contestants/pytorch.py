"""The workloads by hand in PyTorch, eager, one thread: `python3 pytorch.py WORKLOAD REFERENCE`. Speaks what serve.ts speaks.

Data, first parameters and sizes are those of the reference (see reference.ts), whose first steps are repeated before any is timed.
"""
import json
import resource
import struct
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)

DTYPES = {"F32": "<f4", "I32": "<i4", "BOOL": "?"}


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["about"])
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        values = numpy.frombuffer(content[begin:end], dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.astype({"I32": "i8"}.get(entry["dtype"], "f4")))
    return tensors, about


tensors, about = read(sys.argv[2])
batch, sizes = about["batch"], about["sizes"]
draw = lambda *shape: torch.randn(*shape)
"""Standard normal numbers; while the reference is repeated, its own."""


def put(parameter, value):
    with torch.no_grad():
        parameter.copy_(value.reshape(parameter.shape))


def linear(name, bias=True):
    w = tensors[f"p:{name}.W"]
    layer = nn.Linear(*w.shape, bias=bias)
    put(layer.weight, w.T)
    if bias:
        put(layer.bias, tensors[f"p:{name}.b"])
    return layer


def conv(name, **options):
    w = tensors[f"p:{name}.W"]
    kh, kw, before, after = w.shape
    layer = nn.Conv2d(before, after, (kh, kw), **options)
    put(layer.weight, w.permute(3, 2, 0, 1))
    put(layer.bias, tensors[f"p:{name}.b"])
    return layer


def conv_transpose(name, **options):
    w = tensors[f"p:{name}.W"]
    kh, kw, after, before = w.shape
    layer = nn.ConvTranspose2d(before, after, (kh, kw), **options)
    put(layer.weight, w.permute(3, 2, 0, 1))
    put(layer.bias, tensors[f"p:{name}.b"])
    return layer


def from_image(name, side, channels):
    """A dense layer after `flatten`: there channels come last, here first."""
    layer = linear(name)
    put(layer.weight, layer.weight.view(-1, side, side, channels).permute(0, 3, 1, 2))
    return layer


def training(loss_of, parameters, betas=(0.9, 0.999)):
    """The update of one player."""
    optimiser = torch.optim.Adam(parameters, lr=1e-3, betas=betas)

    def move(*rows):
        loss = loss_of(*rows)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return [loss]

    return move


def mlp():
    net = nn.Sequential(linear("f.dense"), nn.ReLU(), linear("f.dense2"), nn.ReLU(), linear("f.dense3"))
    return training(lambda x, y: F.cross_entropy(net(x), y), net.parameters())


def cnn():
    width = sizes["width"]
    net = nn.Sequential(
        conv("f.conv", padding=1), nn.ReLU(), nn.MaxPool2d(2),
        conv("f.conv2", padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), from_image("f.dense", 7, 2 * width))  # fmt: skip
    return training(lambda x, y: F.cross_entropy(net(x), y), net.parameters())


def vae():
    count = sizes["count"]
    first, mean, spread = linear("q.dense"), linear("q.dense2"), linear("q.dense3")
    decoder = nn.Sequential(linear("p.dense"), nn.ReLU(), linear("p.dense2"))

    def loss_of(x):
        h = F.relu(first(x))
        m, s = mean(h), spread(h)
        shape = m.shape if count == 1 else (count, *m.shape)
        z = m + torch.exp(s) * draw(*shape)
        scores = decoder(z)
        likelihood = -F.binary_cross_entropy_with_logits(scores, x.expand(scores.shape), reduction="none").sum(-1)
        apart = 0.5 * (m**2 + torch.exp(2 * s) - 2 * s - 1).sum(1)
        return apart.mean() - likelihood.mean()

    parameters = [p for layer in (first, mean, spread, decoder) for p in layer.parameters()]
    move = training(loss_of, parameters)
    return lambda x: [-move(x)[0]]


def rnn():
    cell, out = nn.RNN(1, sizes["width"], batch_first=True), linear("f.dense")
    put(cell.weight_hh_l0, tensors["p:f.recur.W"].T)
    put(cell.bias_hh_l0, tensors["p:f.recur.b"])
    put(cell.weight_ih_l0, tensors["p:f.input.W"].T)
    put(cell.bias_ih_l0, torch.zeros_like(cell.bias_ih_l0))
    cell.bias_ih_l0.requires_grad_(False)  # one bias is enough
    loss_of = lambda x, y: ((out(cell(x[:, :, None])[1][0])[:, 0] - y) ** 2).mean()
    return training(loss_of, [p for p in (*cell.parameters(), *out.parameters()) if p.requires_grad])


def tiny():
    net = nn.Sequential(linear("f.dense"), nn.Tanh(), linear("f.dense2"), nn.Tanh(), linear("f.dense3"))
    return training(lambda x, y: ((net(x[:, None])[:, 0] - y) ** 2).mean(), net.parameters())


def norm(name):
    layer = nn.LayerNorm(tensors[f"p:{name}.scale"].shape)
    put(layer.weight, tensors[f"p:{name}.scale"])
    put(layer.bias, tensors[f"p:{name}.shift"])
    return layer


class Block(nn.Module):
    def __init__(self, name, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = norm(f"{name}.norm1"), norm(f"{name}.norm2")
        self.q, self.k, self.v, self.o = [linear(f"{name}.attention.{x}") for x in ("query", "key", "value", "out")]
        self.inner, self.outer = linear(f"{name}.inner"), linear(f"{name}.outer")

    def forward(self, h, mask):
        n, t, c = h.shape
        y = self.norm1(h)
        q, k, v = [f(y).view(n, t, self.heads, c // self.heads).transpose(1, 2) for f in (self.q, self.k, self.v)]
        scores = (q @ k.transpose(2, 3)) / (c // self.heads) ** 0.5 + mask
        h = h + self.o((F.softmax(scores, -1) @ v).transpose(1, 2).reshape(n, t, c))
        return h + self.outer(F.gelu(self.inner(self.norm2(h))))


def transformer():
    length, depth = sizes["length"], sizes["depth"]
    words = nn.Embedding.from_pretrained(tensors["p:f.words.vectors"], freeze=False)
    place = nn.Parameter(tensors["p:f.place"].clone())
    blocks = nn.ModuleList([Block(f"f.{'blocks.' * (i + 1)}transformer_block", 4) for i in range(depth)])
    last, out = norm("f.norm"), linear("f.out")
    mask = torch.full((length, length), -1e9).triu(1)

    def loss_of(x, y):
        h = words(x) + place
        for block in blocks:
            h = block(h, mask)
        return F.cross_entropy(out(last(h)).flatten(0, 1), y.flatten(), reduction="sum") / x.shape[0]

    return training(loss_of, [place, *(p for layer in (words, blocks, last, out) for p in layer.parameters())])


def ode():
    steps, inner, outer = sizes["length"], linear("f.inner"), linear("f.outer", bias=False)
    f = lambda s: outer(torch.tanh(inner(s)))
    dt = 1 / steps

    def loss_of(s, y):
        for _ in range(steps):
            k1 = f(s)
            k2 = f(s + dt / 2 * k1)
            k3 = f(s + dt / 2 * k2)
            k4 = f(s + dt * k3)
            s = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return ((s - y) ** 2).sum(1).mean()

    return training(loss_of, [*inner.parameters(), *outer.parameters()])


def mmd():
    net = nn.Sequential(linear("g.dense"), nn.ReLU(), linear("g.dense2"))

    def kernel(a, b):
        return torch.exp(-0.5 * ((a[:, None] - b[None]) ** 2).sum(2))

    def loss_of(x):
        y, n = net(draw(batch, 2)), batch
        within = lambda k: (k.sum() - k.diagonal().sum()) / (n * (n - 1))
        return within(kernel(x, x)) - 2 * kernel(x, y).mean() + within(kernel(y, y))

    return training(loss_of, net.parameters())


def gan():
    width = sizes["width"]

    class Shaped(nn.Module):
        def forward(self, h):
            return h.view(-1, 2 * width, 4, 4)

    first = linear("g.dense")  # its image has the channels last
    put(first.weight, first.weight.view(4, 4, 2 * width, -1).permute(2, 0, 1, 3))
    put(first.bias, first.bias.view(4, 4, 2 * width).permute(2, 0, 1))
    g = nn.Sequential(
        first, Shaped(), nn.ReLU(),
        conv_transpose("g.conv_transpose", stride=2, padding=1), nn.ReLU(),
        conv_transpose("g.conv_transpose2", stride=2, padding=1), nn.Tanh())  # fmt: skip
    c = nn.Sequential(
        conv("c.conv", stride=2, padding=1), nn.LeakyReLU(0.2), conv("c.conv2", stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Flatten(), from_image("c.dense", 4, 2 * width))  # fmt: skip
    make = lambda: g(draw(batch, 32))
    of_g = training(lambda: F.softplus(-c(make())).mean(), g.parameters(), betas=(0.5, 0.999))

    def loss_of_c(x):
        fake = make().detach()
        return F.softplus(-c(x)).mean() + F.softplus(c(fake)).mean()

    of_c = training(loss_of_c, c.parameters(), betas=(0.5, 0.999))

    def move(x):
        c.requires_grad_(False)
        losses = of_g()
        c.requires_grad_(True)
        return losses + of_c(x)

    return move


def in_torch(name, rows):
    """Images come with the channels last."""
    return rows.permute(0, 3, 1, 2).contiguous() if rows.dim() == 4 else rows


def numbered(prefix):
    return [in_torch(prefix, tensors[f"{prefix}{i}"]) for i in range(2) if f"{prefix}{i}" in tensors]


def batches(data):
    """Rows in a new order every epoch."""
    while True:
        order = torch.randperm(data[0].shape[0])
        for i in range(0, len(order) - batch + 1, batch):
            take = order[i : i + batch]
            yield [x[take] for x in data]


def repeat(move):
    """The first steps of the reference; what is wrong, or nothing."""
    global draw
    fresh = draw
    for step, wanted in enumerate(about["losses"]):
        draws = iter([tensors[k] for k in sorted(tensors) if k.startswith(f"draw:{step}:")])

        def draw(*shape):
            return next(draws).reshape(shape)

        for loss, other in zip(move(*numbered(f"rows:{step}:")), wanted):
            if not abs(loss.item() - other) <= 1e-3 * max(1, abs(other)):
                return f"another model: after {step} steps its loss is {loss.item()}, not {other}"
    draw = fresh


now = time.process_time  # as serve.ts


def say(**message):
    print(json.dumps(message), flush=True)


source = batches(numbered("data:"))
move = globals()[sys.argv[1]]()
wrong = repeat(move)
if wrong:
    say(failed=wrong)
    sys.exit()
step = lambda: move(*next(source))
last = step()
say(ready={"start": 1e3 * now()})
for line in sys.stdin:
    if line.strip() == "end":
        break
    turn, steps = now(), 0
    while True:
        last = step()
        steps += 1
        if (now() - turn) * 1e3 >= float(line):
            break
    say(ms=(now() - turn) * 1e3, steps=steps)
say(memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, loss=last[-1].item())
