/** Calls of functions in a worker: a message with a number there, the answer with the same number back. */

/** What a worker offers: asynchronous functions of one plain value. */
export type Offers = Readonly<Record<string, (value: never) => unknown>>;

type Question = { readonly call: number; readonly name: string; readonly value: unknown };
type Answer = { readonly call: number; readonly result?: unknown; readonly failed?: string };
export type Told = { readonly told: string; readonly value: unknown };

export interface Callee {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export type Ask<O extends Offers> = <N extends keyof O & string>(
  name: N,
  value: Parameters<O[N]>[0],
) => Promise<Awaited<ReturnType<O[N]>>>;

/** The caller's side; `onTold` hears what the worker says unasked. */
export const askOf = <O extends Offers>(worker: Callee, onTold: (told: Told) => void = () => undefined): Ask<O> => {
  const waiting = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>();
  let next = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer | Told>) => {
    if ('told' in data) return onTold(data);
    const found = waiting.get(data.call);
    waiting.delete(data.call);
    if (data.failed === undefined) found?.done(data.result as never);
    else found?.failed(new Error(data.failed));
  });
  return (name, value) =>
    new Promise((done, failed) => {
      const call = next++;
      waiting.set(call, { done, failed });
      worker.postMessage({ call, name, value } satisfies Question);
    });
};

/** The worker's side. */
export const offer = (scope: Callee, offers: Offers): void => {
  scope.addEventListener('message', ({ data }: MessageEvent<Question>) => {
    const { call, name, value } = data;
    const answer = async (): Promise<unknown> => offers[name]?.(value as never);
    answer()
      .then((result) => scope.postMessage({ call, result } satisfies Answer))
      .catch((error: unknown) => {
        const failed = error instanceof Error ? error.message : String(error);
        scope.postMessage({ call, failed } satisfies Answer);
      });
  });
};

export const tell = (scope: Callee, told: string, value: unknown): void =>
  scope.postMessage({ told, value } satisfies Told);
