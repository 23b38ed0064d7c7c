/** An engine cannot have the memory that a step or an evaluation needs: no bug, the spec asks for too much at once. */
export class OutOfMemory extends Error {
  constructor(bytes: number) {
    super(`this takes ${size(bytes)} at once, more than the engine can have`);
  }
}

const size = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toPrecision(3)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
