/** With `learn play FILE`: the file that is open there, and writing it back. */

export interface Local {
  readonly name: string;
  readonly text: string;
}

export const openLocal = async (base: string): Promise<Local | undefined> => {
  try {
    const answer = await fetch(`${base}local/file`);
    return answer.ok ? ((await answer.json()) as Local) : undefined;
  } catch {
    return undefined;
  }
};

/** Why it could not be written, if it could not. */
export const saveLocal = async (base: string, text: string): Promise<string | undefined> => {
  try {
    const answer = await fetch(`${base}local/file`, { method: 'PUT', headers: { 'x-learn': 'save' }, body: text });
    return answer.ok ? undefined : await answer.text();
  } catch {
    return '`learn play` does not answer any more';
  }
};
