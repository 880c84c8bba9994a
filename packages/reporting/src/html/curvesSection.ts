import type { Comparison } from '../compare/compareRuns';
import { comparisonCurves, type DrawnCurves } from '../curves/curvesSvg';
import { curveKindsOf, type CurveKind } from '../curves/curve';
import { markup, trusted, type Html } from './markup';
import { sentenceList } from './sentenceList';
import { pagePalette } from './styles';

/** The charts that the runs have data for; undefined where they have none. */
export async function curvesSection(comparison: Comparison): Promise<Html | undefined> {
  const figures: Html[] = [];
  for (const kind of curveKindsOf(comparison.unit)) {
    const drawn = await comparisonCurves(comparison, kind, pagePalette);
    if (drawn === undefined) continue;
    figures.push(
      markup`<figure>
        <div class="scroll">${trusted(inline(drawn.svg))}</div>
        <figcaption>${caption(kind, drawn)}</figcaption>
      </figure>`,
    );
  }
  return figures.length === 0
    ? undefined
    : markup`<section>
        <h2>Curves</h2>
        ${figures}
      </section>`;
}

function caption(kind: CurveKind, { window, clipped, statistics, dashed }: DrawnCurves): string {
  if (kind !== 'training') {
    const what = kind === 'error' ? 'Frame error rate of the validation' : 'Validation loss';
    const also = dashed ? ' (line) and the same on a sample of training batches (dashed)' : '';
    return `${what} under ${sentenceList(statistics)} statistics${also}; lower is better.`;
  }
  const line = window > 1 ? ` (faint) and its moving average over ${window} steps (line)` : '';
  return `Training loss by step${line}.${clipped ? ' The first steps lie above the range shown.' : ''}`;
}

/** Inside a page an SVG needs no namespace and takes its size from the page. */
function inline(svg: string): string {
  return svg.replace(/^<svg[^>]*>/, (root) =>
    root.replace(/ (?:xmlns|version|class|width|height)="[^"]*"/g, ''),
  );
}
