/** What arguments are called in other libraries and books, and here. */
const called: readonly (readonly [here: string, elsewhere: readonly string[]])[] = [
  ['rate', ['lr', 'learning_rate', 'step_size', 'eta', 'alpha', 'lambda', 'lam', 'p', 'prob']],
  ['decay', ['weight_decay', 'wd', 'momentum', 'rho']],
  ['b1', ['beta1', 'beta_1', 'betas']],
  ['b2', ['beta2', 'beta_2']],
  ['eps', ['epsilon']],
  ['epsilon', ['eps']],
  ['discount', ['gamma']],
  ['factor', ['gamma']],
  ['every', ['step_size']],
  ['horizon', ['max_steps', 'max_episode_steps', 'T']],
  ['capacity', ['buffer_size', 'memory_size', 'size']],
  ['score', ['acquisition', 'acquisition_function']],
  ['eval', ['test', 'validate', 'val']],
  ['holdout', ['test_size', 'validation_split', 'val_size', 'test_fraction', 'split']],
  ['k', ['n_splits', 'folds', 'n_folds', 'cv', 'n_neighbors', 'n_neighbours', 'neighbors', 'kernel']],
  ['depth', ['max_depth']],
  ['least', ['min_samples_leaf', 'min_leaf']],
  ['width', ['bandwidth', 'sigma', 'length_scale', 'lengthscale', 'scale', 'hidden_size']],
  ['sd', ['std', 'stddev', 'stdev', 'sigma', 'scale']],
  ['scale', ['sd', 'std', 'sigma', 'b']],
  ['mean', ['mu', 'loc', 'location']],
  ['location', ['mu', 'loc', 'mean']],
  ['df', ['nu', 'dof']],
  ['p', ['probs', 'prob', 'probability', 'pi', 'weights']],
  ['logits', ['logit', 'log_odds']],
  ['axis', ['dim', 'axes']],
  ['size', ['kernel_size', 'pool_size', 'filter_size']],
  ['stride', ['strides']],
  ['dilation', ['dilations', 'dilation_rate']],
  ['heads', ['n_heads', 'num_heads', 'n_head']],
  ['channels', ['filters', 'out_channels']],
  ['n', ['max_norm', 'units', 'out_features', 'num_embeddings', 'hidden_size']],
  ['d', ['embedding_dim', 'd_model', 'dim']],
  ['samples', ['n_samples', 'num_samples', 'n']],
];

/** The parameter among `names` that is called `name` elsewhere. */
export const calledHere = (name: string, names: readonly string[]): string | undefined =>
  called.find(([here, others]) => names.includes(here) && others.includes(name))?.[0];

const computed: readonly (readonly [elsewhere: string, here: string, way: string])[] = [
  ['variance', 'sd', 'the spread is given as its root: `sd = sqrt(...)`'],
  ['var', 'sd', 'the spread is given as its root: `sd = sqrt(...)`'],
  ['precision', 'sd', 'the spread is given as a standard deviation: `sd = 1 / sqrt(...)`'],
  ['gamma', 'width', '`exp(-gamma * |x - y|^2)` has `width = 1 / sqrt(2 * gamma)`'],
  ['shuffle', 'holdout', 'the held-out rows are chosen at random already: leave it out'],
  ['random_state', 'holdout', 'the held-out rows are chosen at random, always the same: leave it out'],
  ['shuffle', 'k', 'the rows go to the folds at random already: leave it out'],
];

/** How a parameter follows from what is given elsewhere. */
export const computedHere = (name: string, names: readonly string[]): string | undefined =>
  computed.find(([elsewhere, here]) => elsewhere === name && names.includes(here))?.[2];
