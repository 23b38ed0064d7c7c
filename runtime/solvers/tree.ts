/**
 * CART (Breiman, Friedman, Olshen and Stone 1984): every node is split by the feature and threshold that leave the smallest squared
 * error, or Gini's impurity, on both sides together; of equal ones the first feature, then the smallest threshold.
 */
export interface TreeShape {
  readonly depth: number;
  /** Rows on each side of a split, at least. */
  readonly least: number;
  readonly classes?: number;
}

export interface Tree {
  /** Of the inner nodes, in the order of a heap: the children of i are 2 i + 1 and 2 i + 2. */
  readonly features: Float32Array;
  readonly thresholds: Float32Array;
  /** A number, or a probability for each class. */
  readonly leaves: Float32Array;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly cost: number;
}

/** What a group costs, kept up to date while rows enter and leave: the squared error, or n times Gini's impurity. */
const groupOf = (classes: number | undefined) => {
  const counts = new Float64Array(classes ?? 2);
  let n = 0;
  // Numbers: counts[0] is the sum, counts[1] the sum of squares. Classes: how many there are of each.
  return {
    add: (y: number, sign: 1 | -1): void => {
      n += sign;
      if (classes !== undefined) counts[y] += sign;
      else {
        counts[0] += sign * y;
        counts[1] += sign * y * y;
      }
    },
    cost: (): number => {
      if (n === 0) return 0;
      if (classes === undefined) return Math.max(0, counts[1] - (counts[0] * counts[0]) / n);
      let squares = 0;
      for (const k of counts) squares += k * k;
      return n - squares / n;
    },
    /** What the group says. */
    value: (): number[] => {
      if (classes === undefined) return [n === 0 ? 0 : counts[0] / n];
      return Array.from(counts, (k) => (k + 1 / classes) / (n + 1));
    },
  };
};

export const growTree = (x: ArrayLike<number>, y: ArrayLike<number>, { depth, least, classes }: TreeShape): Tree => {
  const d = x.length / y.length;
  const splits = 2 ** depth - 1;
  const width = classes ?? 1;
  const features = new Float32Array(splits);
  const thresholds = new Float32Array(splits).fill(3e38);
  const leaves = new Float32Array((splits + 1) * width);

  const groupWith = (rows: readonly number[]) => {
    const group = groupOf(classes);
    for (const row of rows) group.add(y[row], 1);
    return group;
  };

  const best = (rows: readonly number[]): Split | undefined => {
    let found: Split | undefined;
    const whole = groupWith(rows).cost();
    if (whole <= 1e-12 * rows.length) return undefined;
    for (let feature = 0; feature < d; feature++) {
      const sorted = rows.toSorted((a, b) => x[a * d + feature] - x[b * d + feature]);
      const left = groupOf(classes);
      const right = groupWith(rows);
      for (let i = 0; i + 1 < sorted.length; i++) {
        left.add(y[sorted[i]], 1);
        right.add(y[sorted[i]], -1);
        const [low, high] = [x[sorted[i] * d + feature], x[sorted[i + 1] * d + feature]];
        const threshold = Math.fround((low + high) / 2);
        // Rows are compared in float32: a threshold that rounds to the upper value would not part them.
        if (low === high || threshold >= high || i + 1 < least || sorted.length - i - 1 < least) continue;
        const cost = left.cost() + right.cost();
        // A split that gains nothing may be what the next one needs.
        if (cost < (found?.cost ?? Infinity) - 1e-9 * whole) found = { feature, threshold, cost };
      }
    }
    return found;
  };

  const grow = (node: number, rows: readonly number[]): void => {
    if (node >= splits) {
      leaves.set(groupWith(rows).value(), (node - splits) * width);
      return;
    }
    const split = best(rows);
    if (split) {
      features[node] = split.feature;
      thresholds[node] = split.threshold;
    }
    const goesRight = (row: number): boolean => split !== undefined && x[row * d + split.feature] > split.threshold;
    const left = rows.filter((row) => !goesRight(row));
    grow(2 * node + 1, left);
    // Where nothing is split nobody goes right: the same answer stands there.
    grow(2 * node + 2, split ? rows.filter(goesRight) : left);
  };
  grow(
    0,
    Array.from({ length: y.length }, (_, i) => i),
  );
  return { features, thresholds, leaves };
};
