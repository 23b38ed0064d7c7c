/**
 * NumPy's npy, versions 1 to 3 -> one unnamed array with rows first; a list of texts (`<U`, `|S`) is an unnamed text column.
 */
import type { Column } from '../../compiler/host.ts';
import { parseNpyHeader } from './npy-header.ts';
import { mapLater } from '../../compiler/ir/arrays.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { isNumberFormat, readArray, toRowMajor } from './numbers.ts';
import type { NumberKind } from './numbers.ts';
import { count, indexPlace, mostEntries, shapeText } from './reader.ts';
import type { DataFile, Reading } from './reader.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const kinds: Readonly<Record<string, NumberKind>> = { b: 'bool', i: 'int', u: 'uint', f: 'float' };

/** What NumPy can save and a learning problem cannot use, with the way out. */
const refusal = (descr: string): { readonly what: string; readonly help: string } => {
  if (descr.startsWith('['))
    return { what: 'records of several fields', help: 'save each field as an array of its own' };
  const kind = /^[<>|=]?([a-zA-Z])/.exec(descr)?.[1] ?? '';
  if (kind === 'O')
    return {
      what: 'Python objects',
      help: 'make it an array of numbers first: `np.save(file, np.stack(list_of_arrays))`',
    };
  if (kind === 'c')
    return { what: 'complex numbers', help: 'save real and imaginary parts: `np.stack([a.real, a.imag], -1)`' };
  if (kind === 'm' || kind === 'M')
    return { what: 'dates or durations', help: "save them as numbers: `a.astype('f8')`" };
  return { what: `numbers of type ${descr}`, help: "save it as `a.astype('f4')`, 'f8', 'i4' or 'u1'" };
};

/** Texts of fixed width: UTF-32 for U, bytes for S; zeros fill them up. */
const readTexts = (
  bytes: Uint8Array,
  kind: string,
  width: number,
  rows: number,
  little: boolean,
): string[] | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = kind === 'U' ? 4 : 1;
  const code = (at: number): number => (kind === 'U' ? view.getUint32(at, little) : view.getUint8(at));
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    let text = '';
    for (let i = 0; i < width; i++) {
      const point = code((row * width + i) * size);
      if (point > 0x10ffff) return undefined;
      text += String.fromCodePoint(point);
    }
    texts.push(text.replace(/\0+$/, ''));
  }
  return texts;
};

export const readNpy = ({ name, bytes }: DataFile): Reading => {
  const again = 'write the file again with `np.save`';
  const fail = (failed: string, help: string = again): Reading => ({ failed, help });
  if (bytes.length === 0) return fail(`\`${name}\` is empty`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return fail(`\`${name}\` is an npz archive of several arrays, not npy`, 'save each array by itself with `np.save`');
  if (magic.some((byte, i) => bytes[i] !== byte))
    return fail(`\`${name}\` is not npy: it does not begin with \\x93NUMPY`);
  const version = bytes[6];
  if (!(version >= 1 && version <= 3)) return fail(`\`${name}\` is npy of version ${version ?? '?'}; 1 to 3 are read`);
  const lead = version === 1 ? 10 : 12;
  const cut = (): Reading => fail(`\`${name}\` is cut off in its header`, 'copy or write the file again');
  if (bytes.length < lead) return cut();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (lead + length > bytes.length) return cut();
  const header = parseNpyHeader(
    new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(lead, lead + length)),
  );
  if (typeof header === 'string') return fail(`\`${name}\` is damaged: ${header}`);

  const { descr, fortran, shape } = header;
  const type = /^([<>|=]?)([biufUS])(\d{1,9})$/.exec(descr);
  const size = Number(type?.[3] ?? 0) * (type?.[2] === 'U' ? 4 : 1);
  const kind = type ? kinds[type[2]] : undefined;
  const textual = type !== null && kind === undefined && size > 0;
  if (!type || (kind ? !isNumberFormat(kind, size) : !textual)) {
    const { what, help } = refusal(descr);
    return fail(`\`${name}\` holds ${what}, which are not read`, help);
  }
  const little = type[1] !== '>';
  if (shape.length === 0)
    return fail(`\`${name}\` holds a single number, not rows`, 'save an array: `np.save(file, [x])`');
  const entries = shape.reduce((n, d) => n * d, 1);
  if (entries === 0)
    return fail(`\`${name}\` holds an empty array of shape ${shapeText(shape)}`, 'check how the file was made');
  if (entries > mostEntries) return fail(`\`${name}\` is too large: its shape is ${shapeText(shape)}`, 'split it');
  const body = bytes.subarray(lead + length);
  if (body.length !== entries * size)
    return fail(
      `\`${name}\` has ${count(body.length, 'byte')} of numbers where its shape ${shapeText(shape)} of ${descr} needs ${entries * size}`,
      body.length < entries * size ? 'it was cut off: copy or write the file again' : again,
    );
  const table = (column: Column): Reading => ({
    source: name,
    rows: shape[0],
    columns: new Map([['', column]]),
    placeOf: indexPlace,
  });
  if (!kind) {
    if (shape.length > 1)
      return fail(`\`${name}\` holds texts in shape ${shapeText(shape)}`, 'save texts as a list, one a row');
    const texts = readTexts(body, type[2], Number(type[3]), shape[0], little);
    return texts ? table({ kind: 'text', values: texts }) : fail(`\`${name}\` is damaged: its texts are not Unicode`);
  }
  const value = readArray(() => body, { kind, size, little }, shape);
  const inRows = (data: ArrayValue['data']): ArrayValue['data'] => toRowMajor(data, shape);
  return table({ kind: 'array', value: fortran ? mapLater(value, value.dtype, shape, inRows) : value });
};
