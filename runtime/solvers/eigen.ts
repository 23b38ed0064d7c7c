/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: Householder's reduction to a tridiagonal one, then QL with implicit shifts.
 * After the EISPACK routines tred2 and tql2 (Bowdler, Martin, Reinsch and Wilkinson 1971), in the form of JAMA (public domain).
 */

export interface Eigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** n x n, row-major; column j belongs to values[j]; orthonormal. */
  readonly vectors: Float64Array;
}

/** Similar tridiagonal matrix: diagonal d, below it e[1..]; v becomes the transformation. */
const tridiagonalise = (n: number, v: Float64Array, d: Float64Array, e: Float64Array): void => {
  for (let j = 0; j < n; j++) d[j] = v[(n - 1) * n + j];
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[(i - 1) * n + j];
        v[i * n + j] = 0;
        v[j * n + i] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      let f = d[i - 1];
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      for (let j = 0; j < i; j++) e[j] = 0;
      for (let j = 0; j < i; j++) {
        f = d[j];
        v[j * n + i] = f;
        let sum = e[j] + v[j * n + j] * f;
        for (let k = j + 1; k < i; k++) {
          sum += v[k * n + j] * d[k];
          e[k] += v[k * n + j] * f;
        }
        e[j] = sum;
      }
      f = 0;
      for (let j = 0; j < i; j++) {
        e[j] /= h;
        f += e[j] * d[j];
      }
      const hh = f / (h + h);
      for (let j = 0; j < i; j++) e[j] -= hh * d[j];
      for (let j = 0; j < i; j++) {
        const fj = d[j];
        const gj = e[j];
        for (let k = j; k < i; k++) v[k * n + j] -= fj * e[k] + gj * d[k];
        d[j] = v[(i - 1) * n + j];
        v[i * n + j] = 0;
      }
    }
    d[i] = h;
  }
  for (let i = 0; i < n - 1; i++) {
    v[(n - 1) * n + i] = v[i * n + i];
    v[i * n + i] = 1;
    const h = d[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k * n + i + 1] / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[k * n + i + 1] * v[k * n + j];
        for (let k = 0; k <= i; k++) v[k * n + j] -= g * d[k];
      }
    }
    for (let k = 0; k <= i; k++) v[k * n + i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[(n - 1) * n + j];
    v[(n - 1) * n + j] = 0;
  }
  v[(n - 1) * n + n - 1] = 1;
  e[0] = 0;
};

/** Eigenvalues of the tridiagonal matrix into d, its vectors multiplied into v. */
const diagonalise = (n: number, v: Float64Array, d: Float64Array, e: Float64Array): void => {
  for (let i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  let f = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
    if (m > l) {
      // A matrix with NaN never converges: 60 rounds are twice what EISPACK allows.
      for (let round = 0; round < 60 && Math.abs(e[l]) > Number.EPSILON * largest; round++) {
        const g = d[l];
        let p = (d[l + 1] - g) / (2 * e[l]);
        let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
        d[l] = e[l] / (p + r);
        d[l + 1] = e[l] * (p + r);
        const next = d[l + 1];
        let h = g - d[l];
        for (let i = l + 2; i < n; i++) d[i] -= h;
        f += h;
        p = d[m];
        let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
        const below = e[l + 1];
        for (let i = m - 1; i >= l; i--) {
          c3 = c2;
          c2 = c;
          s2 = s;
          const gi = c * e[i];
          h = c * p;
          r = Math.hypot(p, e[i]);
          e[i + 1] = s * r;
          s = e[i] / r;
          c = p / r;
          p = c * d[i] - s * gi;
          d[i + 1] = h + s * (c * gi + s * d[i]);
          for (let k = 0; k < n; k++) {
            const row = k * n + i;
            h = v[row + 1];
            v[row + 1] = s * v[row] + c * h;
            v[row] = c * v[row] - s * h;
          }
        }
        p = (-s * s2 * c3 * below * e[l]) / next;
        e[l] = s * p;
        d[l] = c * p;
      }
    }
    d[l] += f;
    e[l] = 0;
  }
};

/** `matrix`: n x n, row-major, symmetric; not changed. */
export const symmetricEigen = (matrix: Float64Array, n: number): Eigen => {
  const v = matrix.slice();
  const d = new Float64Array(n);
  if (n === 0) return { values: d, vectors: v };
  const e = new Float64Array(n);
  tridiagonalise(n, v, d, e);
  diagonalise(n, v, d, e);
  const order = [...d.keys()].sort((i, j) => d[i] - d[j]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors[k * n + to] = v[k * n + from];
  });
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
};
