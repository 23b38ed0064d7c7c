// Works offline after the first visit: every file of the build is kept, and answered from there first. The build writes which files
// there are, and their version (vite.config.ts). A new build has a new version, and the files of the old one go.
const version = 'learn-__VERSION__';
const files = __FILES__;

// What a page needs to begin; the rest (Monaco, data sets) follows one by one, so that a weak connection is not flooded.
const first = (file) => !/stdlib\/data|\.ttf$|surface|editor\.worker/.test(file);

const keep = async (cache, list) => {
  for (const file of list) {
    try {
      if (!(await cache.match(file))) await cache.add(file);
    } catch {
      // It is asked for again when it is used.
    }
  }
};

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(version);
      await keep(cache, ['./', ...files.filter(first)]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== version) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

// The page asks for the rest when it is there and has nothing better to do.
self.addEventListener('message', (event) => {
  if (event.data === 'keep') event.waitUntil(caches.open(version).then((cache) => keep(cache, files)));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || url.pathname.includes('/local/')) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(version);
      const page = request.mode === 'navigate';
      const known = await cache.match(page ? './' : request, { ignoreSearch: page });
      if (known) return known;
      const answer = await fetch(request);
      if (answer.ok) await cache.put(request, answer.clone());
      return answer;
    })(),
  );
});
