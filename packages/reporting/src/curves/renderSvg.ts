import type { TopLevelSpec } from 'vega-lite';
import { escapeHtml } from '../table/escape';

/**
 * Draws a Vega-Lite chart without a browser or canvas; the same specification gives the same bytes. In a
 * page, labels are measured in its own font and may stand elsewhere by a few pixels.
 *
 * @param idPrefix  goes in front of every id, so that several charts can stand in one page.
 */
export async function renderSvg(spec: TopLevelSpec, idPrefix: string): Promise<string> {
  // Loaded here: a second that only those who draw should pay.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return tidy(await view.toSVG(), idPrefix, spec.description ?? '');
  } finally {
    view.finalize();
  }
}

/**
 * Names ids by their order instead of Vega's running count, drops digits below a hundredth, marks of
 * interaction and what is never shown, and says in the root what the picture shows.
 */
function tidy(svg: string, idPrefix: string, description: string): string {
  const ids = [...new Set([...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id ?? ''))];
  const names = new Map(ids.map((id, index) => [id, `${idPrefix}${index}`]));
  const label = escapeHtml(description);
  return svg
    .replace(/<path class="foreground"[^>]*\/>/g, '')
    .replace(/ (?:role|aria-roledescription|aria-hidden|pointer-events)="[^"]*"/g, '')
    .replace(/\bid="([^"]+)"/g, (_, id: string) => `id="${names.get(id) ?? id}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${names.get(id) ?? id})`)
    .replace(/ (?:d|transform)="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) =>
        String(Number(Number(digits).toFixed(2))),
      ),
    )
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replace(
      /^<svg([^>]*)>/,
      (_, attributes: string) =>
        `<svg${attributes} role="img" aria-label="${label}"><title>${label}</title>`,
    );
}
