/** A link that holds the spec: compressed, in the fragment, which browsers send to nobody. */

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

const through = async (bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> =>
  new Uint8Array(await new Response(new Blob([bytes as BlobPart]).stream().pipeThrough(stream)).arrayBuffer());

const packed = async (text: string): Promise<string> =>
  toBase64(await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')));

/** undefined for a link that was cut or changed. */
const unpacked = async (code: string): Promise<string | undefined> => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      await through(fromBase64(code), new DecompressionStream('deflate-raw')),
    );
  } catch {
    return undefined;
  }
};

export const linkTo = async (text: string): Promise<string> => {
  const url = new URL(location.href);
  url.search = '';
  url.hash = `spec=${await packed(text)}`;
  return url.href;
};

export const sharedSpec = async (hash: string): Promise<string | undefined> => {
  const code = /^#spec=([\w-]+)$/.exec(hash)?.[1];
  return code === undefined ? undefined : unpacked(code);
};
