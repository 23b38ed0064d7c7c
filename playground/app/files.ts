/** Files dropped on the page: they stay in this browser, and specs read them by their names. */
import type { FileSource } from '../workers/files.ts';
import { announce, h, replace } from './dom.ts';
import { keep, kept } from './storage.ts';

export interface Files {
  readonly element: HTMLElement;
  source(): FileSource;
  add(files: readonly File[]): Promise<void>;
  onChange(listener: () => void): void;
}

const readers: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  npy: 'npy',
  parquet: 'parquet',
  idx: 'idx',
};

const nameOf = (file: string): string => {
  const plain = file
    .replace(/^.*\//, '')
    .replace(/\..*$/, '')
    .replace(/[^\p{L}\p{N}_]+/gu, '_');
  return /^[\p{L}_]/u.test(plain) ? plain : `d_${plain}`;
};

/** The line that reads a file: what "use" puts into the spec. */
const lineFor = (name: string): string => {
  const kind = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const reader = readers[kind];
  if (reader) return `data ${nameOf(name)} = ${reader}("${name}")`;
  return /^(?:png|jpe?g)$/.test(kind) ? `data pictures = images("*.${kind}")` : `data ${nameOf(name)} = csv("${name}")`;
};

export const openFiles = (base: string, local: boolean, onUse: (line: string) => void): Files => {
  const dropped = new Map<string, Uint8Array>();
  const listeners: (() => void)[] = [];
  const list = h('ul', { class: 'files' });
  const picker = h('input', {
    type: 'file',
    multiple: true,
    id: 'pick',
    class: 'hidden',
    'aria-label': 'Choose data files',
    tabindex: -1,
    onchange: () => void add([...(picker.files ?? [])]),
  });

  const draw = (): void =>
    replace(
      list,
      [...dropped].map(([name, bytes]) =>
        h(
          'li',
          {},
          h('code', {}, name),
          ` ${(bytes.length / 1000).toFixed(1)} kB `,
          h(
            'button',
            {
              type: 'button',
              class: 'small',
              'aria-label': `Use ${name} in the spec`,
              onclick: () => onUse(lineFor(name)),
            },
            'Use',
          ),
          h(
            'button',
            {
              type: 'button',
              class: 'small',
              'aria-label': `Forget ${name}`,
              onclick: () => void change(() => dropped.delete(name)),
            },
            'Forget',
          ),
        ),
      ),
    );

  const change = async (run: () => void): Promise<void> => {
    run();
    draw();
    listeners.forEach((f) => f());
    await keep('files', dropped);
  };

  const add = (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return Promise.resolve();
    return Promise.all(files.map(async (f) => [f.name, new Uint8Array(await f.arrayBuffer())] as const)).then(
      (read) => {
        announce(`${read.map(([name]) => name).join(', ')} added`);
        return change(() => read.forEach(([name, bytes]) => dropped.set(name, bytes)));
      },
    );
  };

  void kept<Map<string, Uint8Array>>('files').then((files) => {
    if (!files || files.size === 0) return;
    for (const [name, bytes] of files) if (!dropped.has(name)) dropped.set(name, bytes);
    draw();
    listeners.forEach((f) => f());
  });

  const element = h(
    'details',
    { class: 'data' },
    h('summary', {}, 'Your data'),
    h(
      'p',
      { class: 'note' },
      'Drop CSV, JSON, NPY, Parquet or picture files anywhere on the page. They stay in this browser.',
    ),
    h('button', { type: 'button', onclick: () => picker.click() }, 'Choose files ...'),
    picker,
    list,
  );
  return { element, source: () => ({ base, local, dropped }), add, onChange: (f) => void listeners.push(f) };
};

/** The whole page takes files. */
export const acceptDrops = (files: Files): void => {
  const hasFiles = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes('Files');
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dropping');
  });
  // Before the editor, which would put the file's text into the spec.
  document.addEventListener(
    'drop',
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      document.body.classList.remove('dropping');
      (files.element as HTMLDetailsElement).open = true;
      void files.add([...(event.dataTransfer?.files ?? [])]);
    },
    { capture: true },
  );
};
