import { escapeHtml } from '../table/escape';

/** HTML that is safe to put into a page. */
export interface Html {
  html: string;
}

/**
 * A template of HTML: what is put in is escaped, unless it is HTML itself; lists are joined as they are.
 *
 *     markup`<p>${text}</p>`
 */
export function markup(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const text = parts.map(
    (part, index) => part + (index < values.length ? write(values[index]) : ''),
  );
  return { html: text.join('') };
}

/** HTML made elsewhere, taken as it is. */
export function trusted(markup: string): Html {
  return { html: markup };
}

function write(value: string | number | Html | readonly Html[] | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map((item) => item.html).join('');
}
