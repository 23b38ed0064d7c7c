/**
 * The static build of the playground: one page, workers, the library's data beside it, and a service worker that knows every file.
 * Nothing in it refers to another site.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const data = join(here, '../stdlib/data');

/** Data of the library, from the page's own address. */
const libraryData = (): Plugin => ({
  name: 'learn-library-data',
  generateBundle() {
    for (const name of readdirSync(data))
      this.emitFile({ type: 'asset', fileName: `stdlib/data/${name}`, source: readFileSync(join(data, name)) });
  },
});

/** The list of files goes into the service worker: what changed gets a new version, and the old one is forgotten. */
const offline = (): Plugin => ({
  name: 'learn-offline',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = [...Object.keys(bundle), 'manifest.webmanifest', 'icon.svg']
      .filter((f) => !/\.map$|KaTeX.*\.(?:woff|ttf)$/.test(f))
      .sort();
    const hash = createHash('sha256');
    for (const [name, item] of Object.entries(bundle).sort(([a], [b]) => a.localeCompare(b)))
      hash.update(name).update(item.type === 'chunk' ? item.code : item.source);
    const version = hash.digest('hex').slice(0, 12);
    const source = readFileSync(join(here, 'service-worker.js'), 'utf8')
      .replace('__VERSION__', version)
      .replace('__FILES__', JSON.stringify(files));
    this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
  },
});

/** What only Node has is never reached in a browser. */
const nodeOnly = [
  'onnxruntime-node',
  'node:fs',
  'node:v8',
  'fs',
  'path',
  'os',
  'worker_threads',
  'perf_hooks',
  'util',
  'crypto',
];

export default defineConfig({
  root: here,
  base: './',
  publicDir: 'public',
  logLevel: 'warn',
  resolve: {
    // The workers' own imports of TF.js's wasm backend are only for comparison: it stays out of the page.
    alias: [...nodeOnly, '@tensorflow/tfjs-backend-wasm'].map((name) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(here, 'workers/nothing.ts'),
    })),
  },
  plugins: [libraryData(), offline()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  define: { 'process.env.NODE_ENV': '"production"' },
});

if (!existsSync(data)) throw new Error(`no library data at ${data}`);
