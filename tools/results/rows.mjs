import {
  findPreset,
  findRecipe,
  presets,
  reproductions,
  resolveSettings,
  tasks,
} from '../../packages/experiments/dist/index.js';
import { compareRuns, isDiverged, lastTrainingLoss } from '../../packages/reporting/dist/index.js';

const order = presets.map(({ name }) => name);

/** Where a preset stands in the list of presets. */
export const rankOf = ({ preset }) => order.indexOf(preset);

/** Runs of one page and one corpus that differ in their seed alone, as one row, in the order of the presets. */
export function rowsOf(runs) {
  const tables = new Map();
  for (const run of runs) {
    const key = JSON.stringify([run.page, run.config.corpus.sha256]);
    tables.set(key, [...(tables.get(key) ?? []), run]);
  }
  const rows = [...tables.values()].flatMap((own) =>
    compareRuns(own).groups.map((group) => rowOf(own[0].page, group)),
  );
  return rows.sort((a, b) => rankOf(a) - rankOf(b) || (a.recipe < b.recipe ? -1 : 1));
}

function rowOf(page, group) {
  const configs = group.summaries.map(({ run }) => run.config);
  const validations = group.qualities.filter(({ split }) => split === 'valid');
  const sampled = validations.find(({ statistics }) => qualityOf(group, 'train', statistics));
  const preferred = ['recalibrated', 'running', 'batch']
    .map((choice) => qualityOf(group, 'valid', choice))
    .find((quality) => quality !== undefined);
  const valid = sampled ?? preferred;
  return {
    page,
    preset: group.preset,
    recipe: group.recipe,
    seeds: [...group.seeds].sort((a, b) => a - b),
    epochs: epochsOf(group.summaries),
    planned: plannedEpochs(configs[0]),
    configs,
    train: qualityOf(group, 'train', sampled?.statistics ?? 'training'),
    valid,
    test: valid && qualityOf(group, 'test', valid.statistics),
    loss: group.lossAtStep,
    diverged: group.summaries.filter(isDiverged).length,
    ends: group.summaries.map(lastTrainingLoss),
    seconds: group.summaries.map(({ run }) => run.result?.seconds ?? 0),
    best: bestOf(group, valid),
  };
}

/** The epochs that all runs have, without those that diverged on the way where another did not. */
function epochsOf(summaries) {
  const learned = summaries.filter((summary) => !isDiverged(summary));
  const counted = learned.length > 0 ? learned : summaries;
  return Math.min(...counted.map(({ run }) => run.result?.epochs ?? 0));
}

/** The epochs of the preset under the recipe, whatever the run was told. */
function plannedEpochs({ preset: name, recipe: recipeName }) {
  const preset = findPreset(name);
  const task = tasks[preset.task];
  const settings = resolveSettings(task, preset, findRecipe(task, recipeName));
  return settings['schedule.epochs'].value;
}

function qualityOf({ qualities }, split, statistics) {
  return qualities.find((one) => one.split === split && one.statistics === statistics);
}

function isNormalized({ settings }) {
  return Object.entries(settings).some(
    ([path, { value }]) => path.startsWith('model.normalize.') && value !== 'none',
  );
}

/**
 * The event of the lowest validation of each run while it trained; undefined where it was validated under other
 * statistics than those of `valid` and they matter.
 */
function bestOf(group, valid) {
  const best = group.summaries.map(({ run: { config, events } }) => {
    const counts = ({ split, statistics }) =>
      split === 'valid' && (!isNormalized(config) || statistics === valid?.statistics);
    const found = events.filter((event) => event.type === 'evaluation' && counts(event));
    return found.toSorted((a, b) => a.nllPerUnit - b.nllPerUnit)[0];
  });
  return best.includes(undefined) ? undefined : best;
}

/** What the paper says of a preset: its numbers, a sentence in quotes, or nothing. */
export function paperOf(preset) {
  const rows = Object.values(reproductions).flat();
  for (const { baseline, treatment, paper } of rows) {
    if (paper === undefined) continue;
    if (preset === baseline) return paper.baseline;
    if (preset === treatment) return paper.treatment;
  }
  const { changes } = findPreset(preset);
  const placed = Object.entries(changes).filter(([path]) => path.startsWith('model.normalize.'));
  const inside = ['model.normalize.preActivation', 'model.normalize.hiddenToHidden'];
  const isRefuted =
    placed.length === 1 && inside.includes(placed[0][0]) && placed[0][1].value === 'frame';
  return isRefuted ? '"did not help"' : undefined;
}

/** The rows of the paper's tables that no kept run stands beside. */
export function presetsWithoutRuns(rows, task) {
  const wanted = [...reproductions.table1, ...reproductions.table2]
    .flatMap(({ baseline, treatment }) => [baseline, treatment])
    .filter((preset) => findPreset(preset).task === task);
  return wanted.filter((preset) => !rows.some((row) => row.preset === preset));
}
