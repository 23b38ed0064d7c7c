"""The workloads by hand in PyTorch, eager, one thread: `python3 pytorch.py WORKLOAD`. Speaks what serve.ts speaks."""
import json
import resource
import sys
import time

started = time.perf_counter()
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)


def batches(rows, *data):
    """Rows in a new order every epoch."""
    n = data[0].shape[0]
    while True:
        order = torch.randperm(n)
        for i in range(0, n - rows + 1, rows):
            take = order[i : i + rows]
            yield [x[take] for x in data]


def training(loss_of, parameters, data, rows, betas=(0.9, 0.999)):
    optimiser = torch.optim.Adam(parameters, lr=1e-3, betas=betas)
    source = batches(rows, *data)

    def step():
        loss = loss_of(*next(source))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return loss

    return step


def mlp(batch=128):
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    data = torch.rand(2048, 784), torch.randint(10, (2048,))
    return training(lambda x, y: F.cross_entropy(net(x), y), net.parameters(), data, batch)


def cnn(batch=64):
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 32, 10))  # fmt: skip
    data = torch.rand(1024, 1, 28, 28), torch.randint(10, (1024,))
    return training(lambda x, y: F.cross_entropy(net(x), y), net.parameters(), data, batch)


def vae(batch=128):
    first, mean, spread = nn.Linear(784, 256), nn.Linear(256, 8), nn.Linear(256, 8)
    decoder = nn.Sequential(nn.Linear(8, 256), nn.ReLU(), nn.Linear(256, 784))

    def loss_of(x):
        h = F.relu(first(x))
        m, s = mean(h), spread(h)
        z = m + torch.exp(s) * torch.randn_like(m)
        likelihood = -F.binary_cross_entropy_with_logits(decoder(z), x, reduction="none").sum(1)
        apart = 0.5 * (m**2 + torch.exp(2 * s) - 2 * s - 1).sum(1)
        return (apart - likelihood).mean()

    parameters = [p for layer in (first, mean, spread, decoder) for p in layer.parameters()]
    return training(loss_of, parameters, [(torch.rand(2048, 784) < 0.3).float()], batch)


def rnn(batch=128, length=40, units=32):
    cell, out = nn.RNN(1, units, batch_first=True), nn.Linear(units, 1)
    x = torch.randn(2048, length)
    loss_of = lambda x, y: ((out(cell(x[:, :, None])[1][0])[:, 0] - y) ** 2).mean()
    return training(loss_of, [*cell.parameters(), *out.parameters()], [x, x.mean(1)], batch)


def tiny(batch=10):
    net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
    x = torch.rand(1000, 1) * 6 - 3
    return training(lambda x, y: ((net(x) - y) ** 2).mean(), net.parameters(), [x, torch.sin(x)], batch)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.k, self.v, self.o = [nn.Linear(width, width) for _ in range(4)]
        self.inner, self.outer = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, h, mask):
        n, t, c = h.shape
        y = self.norm1(h)
        q, k, v = [f(y).view(n, t, self.heads, c // self.heads).transpose(1, 2) for f in (self.q, self.k, self.v)]
        scores = (q @ k.transpose(2, 3)) / (c // self.heads) ** 0.5 + mask
        h = h + self.o((F.softmax(scores, -1) @ v).transpose(1, 2).reshape(n, t, c))
        return h + self.outer(F.gelu(self.inner(self.norm2(h))))


def transformer(batch=16, length=64, width=64, tokens=100):
    words, place = nn.Embedding(tokens, width), nn.Parameter(torch.randn(length, width))
    blocks = nn.ModuleList([Block(width, 4) for _ in range(2)])
    norm, out = nn.LayerNorm(width), nn.Linear(width, tokens)
    mask = torch.full((length, length), -1e9).triu(1)

    def loss_of(x, y):
        h = words(x) + place
        for block in blocks:
            h = block(h, mask)
        return F.cross_entropy(out(norm(h)).flatten(0, 1), y.flatten())

    parameters = [place, *(p for layer in (words, blocks, norm, out) for p in layer.parameters())]
    data = [torch.randint(tokens, (512, length)), torch.randint(tokens, (512, length))]
    return training(loss_of, parameters, data, batch)


def ode(batch=16, width=32, steps=1000):
    inner, outer = nn.Linear(2, width), nn.Linear(width, 2, bias=False)
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

    x = torch.randn(512, 2)
    data = [x, torch.stack([x[:, 1], -x[:, 0]], 1)]
    return training(loss_of, [*inner.parameters(), *outer.parameters()], data, batch)


def mmd(batch=256):
    net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2))

    def kernel(a, b):
        return torch.exp(-0.5 * ((a[:, None] - b[None]) ** 2).sum(2))

    def loss_of(x):
        y, n = net(torch.randn(batch, 2)), batch
        within = lambda k: (k.sum() - k.diagonal().sum()) / (n * (n - 1))
        return within(kernel(x, x)) - 2 * kernel(x, y).mean() + within(kernel(y, y))

    return training(loss_of, net.parameters(), [torch.randn(2048, 2)], batch)


def gan(batch=32, width=32):
    class Shaped(nn.Module):
        def forward(self, h):
            return h.view(-1, 2 * width, 4, 4)

    g = nn.Sequential(
        nn.Linear(32, 32 * width), Shaped(), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh())  # fmt: skip
    c = nn.Sequential(
        nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(32 * width, 1))  # fmt: skip
    of_g, of_c = [torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for net in (g, c)]
    source = batches(batch, torch.rand(512, 3, 16, 16) * 2 - 1)

    def step():
        (x,) = next(source)
        of_g.zero_grad(set_to_none=True)
        c.requires_grad_(False)
        F.softplus(-c(g(torch.randn(batch, 32)))).mean().backward()
        of_g.step()
        c.requires_grad_(True)
        of_c.zero_grad(set_to_none=True)
        fake = g(torch.randn(batch, 32)).detach()
        loss = F.softplus(-c(x)).mean() + F.softplus(c(fake)).mean()
        loss.backward()
        of_c.step()
        return loss

    return step


def say(**message):
    print(json.dumps(message), flush=True)


step = globals()[sys.argv[1]]()
began = time.perf_counter()
last = step()
say(ready={"first": 1e3 * (time.perf_counter() - began), "start": 1e3 * (time.perf_counter() - started)})
for line in sys.stdin:
    if line.strip() == "end":
        break
    turn, steps = time.perf_counter(), 0
    while True:
        last = step()
        steps += 1
        if (time.perf_counter() - turn) * 1e3 >= float(line):
            break
    say(ms=(time.perf_counter() - turn) * 1e3, steps=steps)
say(memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, loss=last.item())
