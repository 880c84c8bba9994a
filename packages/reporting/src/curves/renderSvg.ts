import type { TopLevelSpec } from 'vega-lite';

/**
 * Draws a Vega-Lite chart without a browser or canvas; the same specification gives the same bytes.
 *
 * @param idPrefix  goes in front of every id, so that several charts can stand in one page.
 */
export async function renderSvg(spec: TopLevelSpec, idPrefix: string): Promise<string> {
  // Loaded here: a second that only those who draw should pay.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return tidy(await view.toSVG(), idPrefix);
  } finally {
    view.finalize();
  }
}

/** Names ids by their order instead of Vega's running count, and drops digits below a hundredth. */
function tidy(svg: string, idPrefix: string): string {
  const ids = [...new Set([...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id ?? ''))];
  const names = new Map(ids.map((id, index) => [id, `${idPrefix}${index}`]));
  return svg
    .replace(/\bid="([^"]+)"/g, (_, id: string) => `id="${names.get(id) ?? id}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${names.get(id) ?? id})`)
    .replace(/ (d|transform)="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) =>
        String(Number(Number(digits).toFixed(2))),
      ),
    );
}
