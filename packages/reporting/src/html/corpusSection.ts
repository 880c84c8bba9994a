import type { Comparison } from '../compare/compareRuns';
import { formatCount } from '../formatNumber';
import { unitsOf } from '../unitWords';
import { markup, type Html } from './markup';

/** The corpus by its counts and hashes. */
export function corpusSection({ corpus, unit }: Comparison): Html {
  const splits = [...new Set([...Object.keys(corpus.counts), ...Object.keys(corpus.sha256)])];
  const rows = splits.map((split) => {
    const count = corpus.counts[split];
    return markup`<tr class="first">
      <th scope="row">${split === 'valid' ? 'validation' : split}</th>
      <td class="number">${count === undefined ? '' : formatCount(count)}</td>
      <td><code>${corpus.sha256[split] ?? ''}</code></td>
    </tr>`;
  });
  return markup`<section>
    <h2>Corpus</h2>
    <p>
      ${corpus.name}, ${formatCount(corpus.classes)}
      ${unit === 'frame' ? 'classes' : `distinct ${unitsOf(unit)}`}. All runs of this report read
      the same bytes.
    </p>
    <div class="scroll">
      <table>
        <caption>
          Splits
        </caption>
        <thead>
          <tr>
            <th scope="col">split</th>
            <th scope="col" class="number">${unitsOf(unit)}</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}
