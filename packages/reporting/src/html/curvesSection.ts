import type { Comparison } from '../compare/compareRuns';
import { comparisonCurves } from '../curves/curvesSvg';
import type { CurveKind } from '../curves/curve';
import { html, trusted, type Html } from './element';
import { pagePalette } from './styles';

const captions: Readonly<Record<CurveKind, string>> = {
  training:
    'Training loss of each step (faint) and its moving average over a fiftieth of the steps (line). ' +
    'In a long run the steep first steps lie above the range shown.',
  validation: 'Validation loss, lower is better.',
};

/** The charts that the runs have data for; undefined where they have none. */
export async function curvesSection(comparison: Comparison): Promise<Html | undefined> {
  const figures: Html[] = [];
  for (const kind of ['training', 'validation'] as const) {
    const drawn = await comparisonCurves(comparison, kind, pagePalette);
    if (drawn === undefined) continue;
    const statistics =
      drawn.statistics.length === 0 ? '' : ` Statistics: ${drawn.statistics.join(', ')}.`;
    figures.push(
      html`<figure>
        <div class="scroll">${trusted(inline(drawn.svg))}</div>
        <figcaption>${captions[kind]}${statistics}</figcaption>
      </figure>`,
    );
  }
  return figures.length === 0
    ? undefined
    : html`<section>
        <h2>Curves</h2>
        ${figures}
      </section>`;
}

/** Inside a page an SVG needs no namespace and takes its size from the page. */
function inline(svg: string): string {
  return svg.replace(/^<svg[^>]*>/, (root) =>
    root.replace(/ (?:xmlns|version|class|width|height)="[^"]*"/g, ''),
  );
}
