import { forms } from './forms.mjs';
import { rowsOf } from './rows.mjs';

const marker = /<!-- runs: (\w+)((?:\s+\w+!?=\S+)*) -->\n[\s\S]*?<!-- end of runs -->/g;

/**
 * A page with each of its tables made anew of the kept runs. A table stands between two comments:
 *
 *     <!-- runs: FORM name=values ... -->
 *     <!-- end of runs -->
 *
 * Names are `page`, `preset`, `recipe`, `seed`, `unit` and `corpus`; values are divided by commas, and a
 * run is in the table where it has one of the values of each name, and with `name!=values` none of them.
 *
 * @throws Error for a form or a name that does not exist, and for a table without runs.
 */
export function fillTables(where, text, runs) {
  return text.replaceAll(marker, (_, form, written) => {
    const conditions = written
      .trim()
      .split(/\s+/)
      .filter((condition) => condition !== '')
      .map((condition) => /^(\w+)(!?)=(.*)$/.exec(condition).slice(1));
    const chosen = runs.filter((run) =>
      conditions.every(([name, not, values]) => {
        const read = properties[name];
        if (read === undefined) throw new Error(`${where}: runs have no "${name}".`);
        return values.split(',').includes(read(run)) === (not === '');
      }),
    );
    const make = forms[form];
    if (make === undefined) throw new Error(`${where}: there is no table "${form}".`);
    if (chosen.length === 0) throw new Error(`${where}: no run is ${written.trim()}.`);
    return `<!-- runs: ${form}${written} -->\n\n${make(rowsOf(chosen), chosen)}\n\n<!-- end of runs -->`;
  });
}

const properties = {
  page: ({ page }) => page,
  preset: ({ config }) => config.preset,
  recipe: ({ config }) => config.recipe,
  seed: ({ config }) => String(config.seed),
  unit: ({ config }) => config.unit,
  corpus: ({ config }) => config.corpus.name,
};
