/**
 * What is kept in this browser: the text and the settings at once (localStorage), dropped files and the last run (IndexedDB).
 * Where a browser forbids it, the page works and forgets.
 */

const key = (name: string): string => `learn.${name}`;

export const remember = (name: string, value: unknown): void => {
  try {
    localStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // Full, or not allowed.
  }
};

export const recall = <T>(name: string): T | undefined => {
  try {
    const text = localStorage.getItem(key(name));
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
};

const open = (): Promise<IDBDatabase> =>
  new Promise((done, failed) => {
    const request = indexedDB.open('learn', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('kept');
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error('no storage'));
  });

const settle = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error('no storage'));
  });

let database: Promise<IDBDatabase> | undefined;
const store = async (mode: IDBTransactionMode): Promise<IDBObjectStore> =>
  (await (database ??= open())).transaction('kept', mode).objectStore('kept');

export const keep = async (name: string, value: unknown): Promise<void> => {
  try {
    await settle((await store('readwrite')).put(value, name));
  } catch {
    // The page goes on without.
  }
};

export const kept = async <T>(name: string): Promise<T | undefined> => {
  try {
    return (await settle((await store('readonly')).get(name))) as T | undefined;
  } catch {
    return undefined;
  }
};
