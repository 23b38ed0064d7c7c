/** Small pieces of HTML that the report is made of. */

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The first column names the row. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const header = head.map((h) => `<th scope="col">${escapeHtml(h)}</th>`).join('');
  const body = rows
    .map(
      (r) =>
        `<tr>${r.map((c, i) => (i === 0 ? `<th scope="row">${escapeHtml(c)}</th>` : `<td>${escapeHtml(c)}</td>`)).join('')}</tr>`,
    )
    .join('');
  return `<div class="scroll"><table><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
};

export const section = (title: string, inside: string, id?: string): string =>
  inside === '' ? '' : `<section${id ? ` id="${id}"` : ''}><h2>${escapeHtml(title)}</h2>${inside}</section>`;

/** `code` in backquotes becomes code. */
export const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
