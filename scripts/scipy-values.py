"""Values of distributions and divergences by SciPy, against which the library is tested: tests/fixtures/scipy-values.json.

    apt-get install python3-scipy && /usr/bin/python3 scripts/scipy-values.py
"""

import json
import os

import numpy as np
from scipy import integrate, special, stats

rows = []
inf = np.inf


def number(x):
    return float(repr(float(x)))


def add(expression, values):
    values = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    assert np.all(np.isfinite(values)), (expression, values)
    rows.append({"expression": expression, "values": [number(v) for v in values]})


def text(x):
    x = np.asarray(x)
    if x.ndim == 0:
        return repr(int(x)) if float(x).is_integer() and abs(x) < 1e9 else repr(float(x))
    return "[" + ", ".join(text(v) for v in x) + "]"


def log_density(name, points, values):
    add(f"[log {name}(x) for x in {text(points)}]", values)


def continuous(name, d, points, entropy=True, moments=True, cdf=True, quantile=True):
    log_density(name, points, d.logpdf(points))
    if entropy:
        add(f"entropy({name})", d.entropy())
    if moments:
        add(f"mean({name})", d.mean())
        add(f"var({name})", d.var())
    if cdf:
        add(f"{{ P = {name}; f = P.cdf; [f(x) for x in {text(points)}] }}", d.cdf(points))
    if quantile:
        ps = [0.01, 0.2, 0.5, 0.9, 0.999]
        add(f"{{ P = {name}; f = P.quantile; [f(p) for p in {text(ps)}] }}", d.ppf(ps))


def discrete(name, d, points, entropy=True, cdf=True):
    log_density(name, points, d.logpmf(points))
    if entropy:
        add(f"entropy({name})", d.entropy())
    add(f"mean({name})", d.mean())
    add(f"var({name})", d.var())
    if cdf:
        add(f"{{ P = {name}; f = P.cdf; [f(x) for x in {text(points)}] }}", d.cdf(points))
        ps = [0.01, 0.2, 0.5, 0.9, 0.999]
        add(f"{{ P = {name}; f = P.quantile; [f(p) for p in {text(ps)}] }}", d.ppf(ps))
    add(f"median({name})", d.median())


for m, s in [(0, 1), (-3, 0.2), (100, 25)]:
    continuous(f"Normal({m}, {s})", stats.norm(m, s), [m, m + s, m - 4.5 * s, m + 9 * s])
    continuous(f"Laplace({m}, {s})", stats.laplace(m, s), [m, m + s, m - 9 * s, m + 5 * s])
    continuous(f"Logistic({m}, {s})", stats.logistic(m, s), [m, m + s, m - 20 * s, m + 8 * s])
    continuous(f"Gumbel({m}, {s})", stats.gumbel_r(m, s), [m, m + s, m - 2 * s, m + 8 * s])
    continuous(f"Cauchy({m}, {s})", stats.cauchy(m, s), [m, m + s, m - 1000 * s, m + 8 * s], moments=False)
for m, s in [(0, 1), (1, 0.25)]:
    continuous(f"LogNormal({m}, {s})", stats.lognorm(s, scale=np.exp(m)), [0.5, 1, 2, 9])
for s in [1, 0.1, 30]:
    continuous(f"HalfNormal({s})", stats.halfnorm(scale=s), [0.1 * s, s, 4 * s])
    continuous(f"Exponential({s})", stats.expon(scale=1 / s), [0.1 / s, 1 / s, 20 / s])
for a, b in [(0, 1), (-2, 5)]:
    continuous(f"Uniform({a}, {b})", stats.uniform(a, b - a), [a + 0.1, b - 0.1])
for a, r in [(0.1, 1), (1, 2), (2.5, 0.5), (50, 3), (2000, 10)]:
    d = stats.gamma(a, scale=1 / r)
    points = d.ppf([1e-3, 0.3, 0.8, 0.9999])
    continuous(f"Gamma({a}, {r})", d, points)
for a, b in [(0.5, 0.5), (1, 3), (2, 5), (30, 40)]:
    d = stats.beta(a, b)
    continuous(f"Beta({a}, {b})", d, d.ppf([0.05, 0.3, 0.8, 0.99]))
for df, m, s in [(3, 0, 1), (5, -1, 2), (200, 0, 1)]:
    d = stats.t(df, m, s)
    continuous(f"StudentT({df}, {m}, {s})", d, d.ppf([1e-4, 0.3, 0.8, 0.99]))
log_density("StudentT(1, 0, 1)", [0, 1, 1000], stats.t(1).logpdf([0, 1, 1000]))
for m, k in [(0, 0.1), (1, 2), (-2, 40), (0, 500)]:
    d = stats.vonmises(k, loc=m)
    points = [m, m + 1 / np.sqrt(k + 1), m - 2 / np.sqrt(k + 1)]
    log_density(f"VonMises({m}, {k})", points, d.logpdf(points))
    add(f"entropy(VonMises({m}, {k}))", np.log(2 * np.pi * special.i0e(k)) + k - k * special.i1e(k) / special.i0e(k))
    add(f"var(VonMises({m}, {k}))", 1 - special.i1e(k) / special.i0e(k))
for p in [0.2, 0.9, 0.003]:
    add(f"[log Bernoulli({p})(true), log Bernoulli({p})(false)]", stats.bernoulli(p).logpmf([1, 0]))
    l = np.log(p / (1 - p))
    add(f"[log Bernoulli(logits = {l})(true), log Bernoulli(logits = {l})(false)]", stats.bernoulli(p).logpmf([1, 0]))
    for name in [f"Bernoulli({p})", f"Bernoulli(logits = {l})"]:
        add(f"entropy({name})", stats.bernoulli(p).entropy())
        add(f"mean({name})", p)
        add(f"var({name})", p * (1 - p))
    discrete(f"Geometric({p})", stats.geom(p, loc=-1), [0, 1, 7, 30], entropy=False)
    # SciPy's own sum does not converge for small p
    add(f"entropy(Geometric({p}))", stats.bernoulli(p).entropy() / p)
ps = [0.1, 0.2, 0.7]
for name in [f"Categorical({ps})", f"Categorical(logits = {text(np.log(ps) + 3)})"]:
    add(f"[log {name}(k) for k in Class[3]]", np.log(ps))
    add(f"entropy({name})", stats.entropy(ps))
    add(f"mean({name})", ps)
for r in [0.3, 4, 60, 1500]:
    d = stats.poisson(r)
    discrete(f"Poisson({r})", d, sorted({0, 1, int(r), int(r + 3 * np.sqrt(r)), int(2 * r + 5)}))
for n, p in [(1, 0.3), (10, 0.5), (40, 0.9), (1000, 0.02)]:
    d = stats.binom(n, p)
    discrete(f"Binomial({n}, {p})", d, sorted({0, 1, int(n * p), n}), entropy=False)
mean, cov = np.array([1.0, -1.0, 0.5]), np.array([[2.0, 0.5, 0.2], [0.5, 1.0, -0.3], [0.2, -0.3, 0.7]])
mvn = stats.multivariate_normal(mean, cov)
for x in [[1.0, -1.0, 0.5], [0.0, 0.0, 0.0], [4.0, -5.0, 2.0]]:
    add(f"log MultivariateNormal({text(mean)}, {text(cov)})({text(x)})", mvn.logpdf(x))
add(f"entropy(MultivariateNormal({text(mean)}, {text(cov)}))", mvn.entropy())
for a in [[1.0, 1.0, 1.0], [0.5, 2.0, 7.0], [40.0, 20.0, 30.0]]:
    d = stats.dirichlet(a)
    for x in [[0.2, 0.3, 0.5], [0.01, 0.09, 0.9]]:
        add(f"log Dirichlet({text(a)})({text(x)})", d.logpdf(x))
    add(f"entropy(Dirichlet({text(a)}))", d.entropy())
    add(f"mean(Dirichlet({text(a)}))", d.mean())
    add(f"var(Dirichlet({text(a)}))", d.var())


def fisher_log_density(x, mu, k):
    p = len(mu)
    v = p / 2 - 1
    log_c = v * np.log(k) - p / 2 * np.log(2 * np.pi) - (np.log(special.ive(v, k)) + k)
    return log_c + k * np.dot(x, mu)


for mu, k in [([0.0, 0.0, 1.0], 2.0), ([0.6, 0.8, 0.0, 0.0], 30.0), ([1.0, 0.0], 0.5), ([1.0] + [0.0] * 9, 5.0)]:
    x = np.arange(1, len(mu) + 1) / np.linalg.norm(np.arange(1, len(mu) + 1))
    name = f"VonMisesFisher({text(mu)}, {k})"
    add(f"log {name}({text(x)})", fisher_log_density(x, np.array(mu), k))
    p = len(mu)
    resultant = special.ive(p / 2, k) / special.ive(p / 2 - 1, k)
    add(f"mean({name})", resultant * np.array(mu))
    add(f"entropy({name})", -fisher_log_density(np.array(mu), np.array(mu), k) + k - k * resultant)
for a, b in [(-1, 2), (5, 6), (-40, -8)]:
    d = stats.truncnorm(a, b)
    points = [a + 0.1, b - 0.2]
    log_density(f"truncate(Normal(0, 1), {a}, {b})", points, d.logpdf(points))
    add(f"mean(truncate(Normal(0, 1), {a}, {b}))", d.mean())
    add(f"E[x ~ truncate(Normal(0, 1), {a}, {b})] x^2", d.moment(2))
rho, sd, n = 0.8, 0.5, 4
series = stats.multivariate_normal(np.zeros(n), sd**2 / (1 - rho**2) * rho ** np.abs(np.subtract.outer(range(n), range(n))))
add(f"log AR1({rho}, {sd}, {n})([0.1, 0.4, -0.2, 1])", series.logpdf([0.1, 0.4, -0.2, 1]))
add(f"entropy(AR1({rho}, {sd}, {n}))", series.entropy())
mixture = [0.3, 0.7]
pts = np.array([-8.0, 0.0, 1.0, 2.0])
add(
    f"[log mixture({mixture}, [Normal(-1, 0.5), Normal(2, 1)])(x) for x in {text(pts)}]",
    np.logaddexp(np.log(0.3) + stats.norm(-1, 0.5).logpdf(pts), np.log(0.7) + stats.norm(2, 1).logpdf(pts)),
)

for a, b in [(0, 2), (5, 6), (1, inf), (5, inf), (-0.01, 0.02)]:
    add(f"var(truncate(Normal(0, 1), {a}, {b}))", stats.truncnorm(a, b).var() if b - a > 1 else integrate.quad(
        lambda x: (x - stats.truncnorm(a, b).mean()) ** 2 * stats.truncnorm(a, b).pdf(x), a, b, epsrel=1e-12)[0])
add("entropy(truncate(Normal(1, 2), 0, 2))", stats.truncnorm(-0.5, 0.5, 1, 2).entropy())
for a, b in [(1, 2), (1, inf)]:
    d = stats.expon()
    mass = d.cdf(b) - d.cdf(a)
    m = integrate.quad(lambda x: x * d.pdf(x), a, b)[0] / mass
    add(f"mean(truncate(Exponential(1), {a}, {b}))", m)
    add(f"var(truncate(Exponential(1), {a}, {b}))", integrate.quad(lambda x: (x - m) ** 2 * d.pdf(x), a, b)[0] / mass)

# special functions
xs = [-30.0, -5.0, -0.5, 0.0, 2.0, 8.0]
add(f"normal_log_cdf({text(xs)})", special.log_ndtr(xs))
qs = [1e-12, 0.01, 0.4, 0.5, 0.975, 1 - 1e-9]
add(f"[normal_quantile(p) for p in {text(qs)}]", special.ndtri(qs))
for a in [0.3, 0.7, 3.0, 40.0, 900.0]:
    xs = special.gammaincinv(a, [1e-3, 0.3, 0.6, 0.999])
    add(f"[gamma_p({a}, x) for x in {text(xs)}]", special.gammainc(a, xs))
for a, b in [(0.3, 0.4), (2.0, 9.0), (100.0, 50.0)]:
    xs = special.betaincinv(a, b, [1e-3, 0.3, 0.6, 0.999])
    add(f"[beta_i({a}, {b}, x) for x in {text(xs)}]", special.betainc(a, b, xs))
ks = [0.01, 0.5, 3.0, 20.0, 700.0]
add(f"[log_bessel_i0(k) for k in {text(ks)}]", np.log(special.i0e(ks)) + ks)


# slopes of draws by a parameter, at fixed quantiles: differences of SciPy's quantile functions
h = 1e-5
for a in [0.05, 0.7, 3.0, 80.0]:
    u = np.array([0.02, 0.4, 0.8, 0.999])
    slope = (np.log(special.gammaincinv(a * (1 + h), u)) - np.log(special.gammaincinv(a * (1 - h), u))) / (2 * h * a)
    add(f"[_log_gamma_slope({a}, l) for l in {text(np.log(special.gammaincinv(a, u)))}]", slope)


def angle_quantile(p, k, u):
    f = lambda t: np.exp(k * (np.cos(t) - 1)) * np.sin(t) ** (p - 2)
    total = integrate.quad(f, 0, np.pi, epsabs=1e-14, epsrel=1e-13, limit=400)[0]
    from scipy.optimize import brentq

    return brentq(lambda t: integrate.quad(f, 0, t, epsabs=1e-14, epsrel=1e-13, limit=400)[0] / total - u, 0, np.pi, xtol=1e-14)


for p, k in [(2, 0.5), (2, 4.0), (3, 2.0), (5, 30.0), (10, 1.0)]:
    for u in [0.1, 0.6, 0.97]:
        t = angle_quantile(p, k, u)
        slope = (angle_quantile(p, k + 1e-4, u) - angle_quantile(p, k - 1e-4, u)) / 2e-4
        add(f"_angle_slope({p}, {k}, {t})", slope)


# divergences: by numerical integration, or by sums
def kl(p, q, a, b, points=None):
    def f(x):
        l = p.logpdf(x)
        return np.exp(l) * (l - q.logpdf(x)) if l > -700 else 0.0

    # in pieces around the mass
    cuts = np.unique(np.clip(p.ppf([1e-14, 1e-6, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-6, 1 - 1e-14]), a, b))
    cuts = np.unique(np.concatenate([[a] if np.isfinite(a) else [], cuts, [b] if np.isfinite(b) else []]))
    total = sum(integrate.quad(f, l, r, limit=400, epsabs=1e-13, epsrel=1e-12)[0] for l, r in zip(cuts, cuts[1:]))
    if not np.isfinite(a):
        total += integrate.quad(f, -np.inf, cuts[0], limit=400)[0]
    if not np.isfinite(b):
        total += integrate.quad(f, cuts[-1], np.inf, limit=400)[0]
    return total


def kl_discrete(p, q, n):
    k = np.arange(n)
    l = p.logpmf(k)
    keep = l > -600
    return np.sum(np.exp(l[keep]) * (l[keep] - q.logpmf(k[keep])))


pairs = [
    ("Normal(0, 1)", stats.norm(0, 1), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("Normal(3, 0.5)", stats.norm(3, 0.5), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("LogNormal(0, 1)", stats.lognorm(1), "LogNormal(0.5, 0.7)", stats.lognorm(0.7, scale=np.exp(0.5)), 0, inf),
    ("HalfNormal(1)", stats.halfnorm(), "HalfNormal(3)", stats.halfnorm(scale=3), 0, inf),
    ("Laplace(0, 1)", stats.laplace(0, 1), "Laplace(1, 2)", stats.laplace(1, 2), -inf, inf),
    ("Uniform(0, 1)", stats.uniform(0, 1), "Uniform(-1, 3)", stats.uniform(-1, 4), 0, 1),
    ("Exponential(2)", stats.expon(scale=0.5), "Exponential(0.7)", stats.expon(scale=1 / 0.7), 0, inf),
    ("Gamma(2, 3)", stats.gamma(2, scale=1 / 3), "Gamma(4, 1)", stats.gamma(4), 0, inf),
    ("Gamma(0.9, 1)", stats.gamma(0.9), "Gamma(2, 0.5)", stats.gamma(2, scale=2), 0, inf),
    ("Beta(2, 3)", stats.beta(2, 3), "Beta(4, 1.5)", stats.beta(4, 1.5), 0, 1),
    ("Cauchy(0, 1)", stats.cauchy(0, 1), "Cauchy(2, 3)", stats.cauchy(2, 3), -inf, inf),
    ("Gumbel(0, 1)", stats.gumbel_r(0, 1), "Gumbel(1, 2)", stats.gumbel_r(1, 2), -inf, inf),
    # from a normal, an exponential, a Gamma, a Laplace distribution: by moments
    ("Logistic(0, 1)", stats.logistic(0, 1), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("Laplace(0.5, 1)", stats.laplace(0.5, 1), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("Gumbel(0.5, 1)", stats.gumbel_r(0.5, 1), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("Exponential(2)", stats.expon(scale=0.5), "Normal(1, 2)", stats.norm(1, 2), 0, inf),
    ("Gamma(2, 3)", stats.gamma(2, scale=1 / 3), "Normal(1, 2)", stats.norm(1, 2), 0, inf),
    ("LogNormal(0, 0.5)", stats.lognorm(0.5), "Normal(1, 2)", stats.norm(1, 2), 0, inf),
    ("HalfNormal(1)", stats.halfnorm(), "Normal(1, 2)", stats.norm(1, 2), 0, inf),
    ("Beta(2, 3)", stats.beta(2, 3), "Normal(1, 2)", stats.norm(1, 2), 0, 1),
    ("Uniform(0, 3)", stats.uniform(0, 3), "Normal(1, 2)", stats.norm(1, 2), 0, 3),
    ("StudentT(7, 1, 2)", stats.t(7, 1, 2), "Normal(1, 2)", stats.norm(1, 2), -inf, inf),
    ("HalfNormal(2)", stats.halfnorm(scale=2), "Exponential(0.7)", stats.expon(scale=1 / 0.7), 0, inf),
    ("LogNormal(0, 0.5)", stats.lognorm(0.5), "Exponential(0.7)", stats.expon(scale=1 / 0.7), 0, inf),
    ("Gamma(2, 3)", stats.gamma(2, scale=1 / 3), "Exponential(0.7)", stats.expon(scale=1 / 0.7), 0, inf),
    ("Beta(2, 3)", stats.beta(2, 3), "Exponential(0.7)", stats.expon(scale=1 / 0.7), 0, 1),
    ("Exponential(2)", stats.expon(scale=0.5), "Gamma(2, 3)", stats.gamma(2, scale=1 / 3), 0, inf),
    ("Normal(0.5, 1.5)", stats.norm(0.5, 1.5), "Laplace(0, 2)", stats.laplace(0, 2), -inf, inf),
    # by quadrature: no closed form
    ("Normal(0, 1)", stats.norm(0, 1), "StudentT(3, 0, 1)", stats.t(3), -inf, inf),
    ("Gamma(2, 1)", stats.gamma(2), "LogNormal(0, 1)", stats.lognorm(1), 0, inf),
]
for a, p, b, q, lo, hi in pairs:
    add(f"KL({a} || {b})", kl(p, q, lo, hi))
angles = lambda m, k: stats.vonmises(k, loc=m)
for (m, k), (n, l) in [((0, 2), (1, 3)), ((0.5, 50), (0.4, 20))]:
    p, q = angles(m, k), angles(n, l)
    f = lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x))
    add(f"KL(VonMises({m}, {k}) || VonMises({n}, {l}))", integrate.quad(f, m - np.pi, m + np.pi, limit=400, points=[m])[0])
add("KL(Poisson(4) || Poisson(6.5))", kl_discrete(stats.poisson(4), stats.poisson(6.5), 200))
add("KL(Geometric(0.3) || Geometric(0.6))", kl_discrete(stats.geom(0.3, loc=-1), stats.geom(0.6, loc=-1), 2000))
add("KL(Binomial(12, 0.3) || Binomial(12, 0.6))", kl_discrete(stats.binom(12, 0.3), stats.binom(12, 0.6), 13))
add("KL(Bernoulli(0.2) || Bernoulli(logits = 1))", stats.entropy([0.8, 0.2], [1 - special.expit(1), special.expit(1)]))
add("KL(Categorical([0.1, 0.2, 0.7]) || Categorical([0.5, 0.25, 0.25]))", stats.entropy([0.1, 0.2, 0.7], [0.5, 0.25, 0.25]))
a, b = np.array([0.5, 2.0, 7.0]), np.array([1.0, 3.0, 3.0])
add(
    f"KL(Dirichlet({text(a)}) || Dirichlet({text(b)}))",
    special.gammaln(a.sum()) - special.gammaln(a).sum() - special.gammaln(b.sum()) + special.gammaln(b).sum()
    + np.dot(a - b, special.digamma(a) - special.digamma(a.sum())),
)
m2, c2 = np.array([0.0, 0.0, 1.0]), np.array([[1.0, 0.2, 0.0], [0.2, 2.0, 0.1], [0.0, 0.1, 1.5]])
inv = np.linalg.inv(c2)
d = m2 - mean
add(
    f"KL(MultivariateNormal({text(mean)}, {text(cov)}) || MultivariateNormal({text(m2)}, {text(c2)}))",
    0.5 * (np.trace(inv @ cov) + d @ inv @ d - 3 + np.log(np.linalg.det(c2) / np.linalg.det(cov))),
)
sds = np.array([1.0, 2.0, 0.5])
diag = np.diag(sds**2)
gauss = lambda d, a, b: 0.5 * (np.trace(np.linalg.inv(b) @ a) + d @ np.linalg.inv(b) @ d - len(d) + np.log(np.linalg.det(b) / np.linalg.det(a)))
add(f"KL(MultivariateNormal({text(mean)}, {text(cov)}) || Normal({text(m2)}, {text(sds)}))", gauss(m2 - mean, cov, diag))
add(f"KL(Normal({text(m2)}, {text(sds)}) || MultivariateNormal({text(mean)}, {text(cov)}))", gauss(m2 - mean, diag, cov))
toeplitz = lambda rho, sd: sd**2 / (1 - rho**2) * rho ** np.abs(np.subtract.outer(range(4), range(4)))
add("KL(AR1(0.8, 0.5, 4, mean = 1) || AR1(0.3, 0.7, 4))", gauss(np.ones(4), toeplitz(0.8, 0.5), toeplitz(0.3, 0.7)))


# on the sphere in three dimensions the mean cosine is coth k - 1 / k, and the density's factor k / (4 pi sinh k)
def fisher_kl(k, l, cosine):
    log_factor = lambda k: np.log(k / (4 * np.pi * np.sinh(k)))
    resultant = 1 / np.tanh(k) - 1 / k
    return log_factor(k) - log_factor(l) + (k - l * cosine) * resultant


add("KL(VonMisesFisher([0, 0, 1], 2) || VonMisesFisher([0, 0.6, 0.8], 5))", fisher_kl(2, 5, 0.8))
add("KL(VonMisesFisher([0, 0, 1], 2) || Uniform(Sphere[2]))", np.log(4 * np.pi) + np.log(2 / (4 * np.pi * np.sinh(2))) + 2 / np.tanh(2) - 1)
resultant = 1 / np.tanh(2) - 0.5
add("var(VonMisesFisher([0, 0, 1], 2))", [resultant / 2, resultant / 2, 1 - resultant - resultant**2])
root = lambda m: (lambda w, v: (v * np.sqrt(w)) @ v.T)(*np.linalg.eigh(m))
r = root(cov)
add(
    f"W2(MultivariateNormal({text(mean)}, {text(cov)}) || MultivariateNormal({text(m2)}, {text(c2)}))",
    np.sqrt(d @ d + np.trace(cov + c2 - 2 * root(r @ c2 @ r))),
)
us, vs = [0.3, -1.0, 2.0, 0.9], [1.0, 4.0, -2.0, 0.1, 0.2, 7.0]
add(f"W1({text(us)} || {text(vs)})", stats.wasserstein_distance(us, vs))
add(f"W1({text(us)} || {text(us[::-1])})", 0)
x = integrate.quad(lambda x: min(stats.norm.pdf(x), stats.norm(1, 2).pdf(x)), -40, 40, points=[-2, 0, 1, 2], limit=400)[0]
add("TV(Normal(0, 1) || Normal(1, 2))", 1 - x)
h = integrate.quad(lambda x: np.sqrt(stats.norm.pdf(x) * stats.norm(1, 2).pdf(x)), -40, 40, limit=400)[0]
add("hellinger(Normal(0, 1) || Normal(1, 2))", np.sqrt(1 - h))
c = integrate.quad(lambda x: stats.norm.pdf(x) ** 2 / stats.norm(1, 2).pdf(x), -40, 40, limit=400)[0]
add("chi_square(Normal(0, 1) || Normal(1, 2))", c - 1)
mid = lambda x: 0.5 * (stats.norm.pdf(x) + stats.norm(1, 2).pdf(x))
js = integrate.quad(
    lambda x: 0.5 * (stats.norm.pdf(x) * np.log(stats.norm.pdf(x) / mid(x)) + stats.norm(1, 2).pdf(x) * np.log(stats.norm(1, 2).pdf(x) / mid(x))),
    -25, 25, limit=400, points=[0, 1],
)[0]
add("JS(Normal(0, 1) || Normal(1, 2))", js)

# Gamma's distribution function at its mean, where the two sides of its integral meet
for a in [0.7, 3.0, 50.0, 200.0]:
    add(f"{{ P = Gamma({text(a)}, 1); f = P.cdf; f({text(a)}) }}", stats.gamma(a).cdf(a))
# near the middle, where the integral of a Beta density has no digits left
ts = [-1e-2, -1e-4, 1e-4, 1e-2]
add(f"{{ P = StudentT(3); f = P.cdf; [f(x) for x in {text(ts)}] }}", stats.t(3).cdf(ts))
for name, d in [("Gamma(0.3, 2)", stats.gamma(0.3, scale=0.5)), ("Beta(0.3, 2)", stats.beta(0.3, 2)), ("StudentT(1.5, 1, 2)", stats.t(1.5, 1, 2))]:
    ps = [1e-3, 0.3, 0.99]
    add(f"{{ P = {name}; f = P.quantile; [f(p) for p in {text(ps)}] }}", d.ppf(ps))
    add(f"median({name})", d.median())

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "../tests/fixtures/scipy-values.json"), "w") as out:
    out.write("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
print(len(rows), "expressions")
