import { basename } from 'node:path';
import { findPreset } from '../../packages/experiments/dist/index.js';
import { judgeClaims, paperClaims } from '../../packages/reporting/dist/index.js';
import { paperOf, presetsWithoutRuns, rankOf, rowsOf } from './rows.mjs';

const absent = '–';

/** What was not run, with the hours that the linked bench gives for it. */
const notRun = {
  'ptb-large': { hours: 11, page: '[bench](bench/amd-epyc.md#ptb-large)' },
  'ptb-large-bn': { hours: 11, page: '[bench](bench/amd-epyc.md#ptb-large)' },
  'wsj-birnn': { hours: 50, page: '[bench](../performance.md#speech)' },
  'wsj-birnn-bn': { hours: 56, page: '[bench](../performance.md#speech)' },
};

const firstRecipes = { language: 'authors-code', speech: 'paper-text' };

/** The tables that a page can ask for, by name: each makes Markdown of rows, and of the runs in them. */
export const forms = {
  overview,
  speechOverview,
  perplexity,
  frameErrors,
  short,
  best,
  rates,
  search,
  outcomes,
  verdicts,
  hours,
  list,
};

/** Language models of at least an epoch, and the paper's that were not run. */
function overview(all) {
  const rows = all.filter(({ epochs }) => epochs > 0);
  const header = ['model', 'paper', 'ours', 'seeds', 'command', 'commit', 'page'];
  const missing = presetsWithoutRuns(rows, 'language').map((preset) => notRunRow(preset));
  const lines = rows.map((row) => [
    titleOf(row),
    paperText(userRate(row.configs[0]) === undefined ? paperOf(row.preset) : undefined, 1),
    toRuns(row, `${spread(row.train?.perplexity, 1)} / ${spread(row.valid?.perplexity, 1)}`),
    seedsText(row.seeds),
    commandOf(row),
    commitsOf(row),
    `[${row.page}](${row.page})`,
  ]);
  return table(header, [...lines, ...missing]);
}

/** All rows of the frame classifiers. Only the paper's own corpus stands beside the paper's numbers. */
function speechOverview(rows) {
  const header = ['model, data', 'paper', 'ours', 'seeds', 'command', 'commit', 'page'];
  const missing = presetsWithoutRuns([], 'speech').map((preset) =>
    notRunRow(preset, ', Wall Street Journal'),
  );
  const lines = rows.map((row) => [
    `${titleOf(row)}, TIMIT's states`,
    '',
    toRuns(row, `${frames(row.train)} / ${frames(row.valid)}`),
    seedsText(row.seeds),
    commandOf(row),
    commitsOf(row),
    `[${row.page}](${row.page})`,
  ]);
  return table(header, [...missing, ...lines]);
}

/** One page's models, with the test split and the training loss at the end. */
function perplexity(rows) {
  const header = [
    ...['preset', 'paper: train, validation', 'seeds', 'train', 'validation', 'test'],
    ...['loss, last 50 steps', 'commit'],
  ];
  return table(
    header,
    rows.map((row) => [
      `\`${row.preset}\``,
      paperText(paperOf(row.preset), 1, ', '),
      seedsText(row.seeds),
      spread(row.train?.perplexity, 1),
      spread(row.valid?.perplexity, 1),
      spread(row.test?.perplexity, 1),
      spread(row.loss, 3),
      commitsOf(row),
    ]),
  );
}

/** One page's frame classifiers: cross entropy and frame error rate. */
function frameErrors(rows) {
  return table(
    ['preset', 'share of the data', 'epochs', 'seeds', 'train', 'validation', 'commit'],
    rows.map((row) => [
      `\`${row.preset}\``,
      row.configs[0].settings['data.trainShare'].value,
      `${row.epochs}${divergedText(row)}`,
      seedsText(row.seeds),
      frames(row.train),
      frames(row.valid),
      commitsOf(row),
    ]),
  );
}

/** A baseline and its normalized twin in words. */
function short(rows) {
  const header = ['perplexity', 'seeds', 'training', 'validation', 'test'];
  const words = { 'ptb-small': 'baseline', 'ptb-small-bn': 'batch normalization of W·x' };
  return table(
    header,
    rows.map((row) => [
      words[row.preset] ?? titleOf(row),
      seedsText(row.seeds),
      ...[row.train, row.valid, row.test].map((quality) => spread(quality?.perplexity, 1)),
    ]),
  );
}

/** The lowest validation on the way beside the last. */
function best(rows) {
  const header = [
    ...['preset', 'seeds', 'train, at the end', 'validation: best', 'at the end'],
    ...['test, at the end', 'commit'],
  ];
  return table(
    header,
    rows.map((row) => [
      `\`${row.preset}\``,
      seedsText(row.seeds),
      spread(row.train?.perplexity, 1),
      bestText(row),
      spread(row.valid?.perplexity, 1),
      spread(row.test?.perplexity, 1),
      commitsOf(row),
    ]),
  );
}

/** The paper's statements on all runs, as one family: those with enough pairs to be decided. */
function verdicts(_rows, runs) {
  const judged = judgeClaims(paperClaims, runs).filter(({ adjustedP }) => adjustedP !== null);
  const header = [
    'statement',
    'runs',
    'verdict',
    'pairs',
    'difference',
    '95 % interval',
    'p, Holm',
  ];
  const byFolder = new Map(runs.map((run) => [run.folder, run]));
  const lines = judged.map((claim) => {
    const { page } = byFolder.get(claim.runs[0][0]);
    return [
      claim.statement,
      experimentOf(claim, (folder) => byFolder.get(folder).config),
      `**${claim.verdict}**`,
      toRuns({ page }, claim.pairs),
      nats(claim.difference),
      claim.interval.map(nats).join(' to '),
      claim.adjustedP.toPrecision(2),
    ];
  });
  return table(header, lines);
}

/** The runs of a claim by preset and recipe, with the rate and the part of the data where all share them. */
function experimentOf({ experiment, runs }, configOf) {
  const configs = runs.flat().map(configOf);
  const shared = [rateText, shareText].map((textOf) => {
    const [text, ...others] = new Set(configs.map(textOf));
    return others.length === 0 ? text : '';
  });
  return [experiment.replace(/, (optimizer|schedule|data)\..*/, ''), ...shared].join('');
}

function nats(value) {
  return value.toFixed(3).replace(/^-(?=0\.000$)/, '');
}

/** How long the runs of each page trained. */
function hours(rows) {
  const lines = [...new Set(rows.map(({ page }) => page))].map((page) => {
    const own = rows.filter((row) => row.page === page);
    const presets = [...new Set(own.map(({ preset }) => `\`${preset}\``))];
    return [`[${page}](${page})`, presets.join(', '), ...trained(own)];
  });
  return table(['page', 'presets', 'runs', 'hours'], [...lines, ['all', '', ...trained(rows)]]);
}

function trained(rows) {
  const seconds = rows.flatMap((row) => row.seconds);
  const sum = seconds.reduce((all, one) => all + one, 0);
  return [String(seconds.length), (sum / 3600).toFixed(1)];
}

/** The points of a random search, by rate: the loss of both arms, and what the normalized one has more. */
function search(rows) {
  const points = pointsOf(rows);
  const header = [
    ...['rate', 'momentum', 'batch', 'training: baseline', 'normalized'],
    ...['validation: baseline', 'normalized', 'difference'],
  ];
  const lines = points
    .toSorted(([a], [b]) => pointOf(a)[0] - pointOf(b)[0])
    .map((arms) => {
      const [plain, normalized] = arms;
      if (arms.length !== 2) throw new Error(`search: ${pointOf(plain)} has ${arms.length} arms.`);
      const ends = arms.map(({ diverged, ends: losses, valid }) =>
        diverged
          ? ['diverged', 'diverged']
          : [meanOf(losses).toFixed(3), spread(valid?.nllPerUnit, 3)],
      );
      const difference = normalized.valid?.nllPerUnit.mean - plain.valid?.nllPerUnit.mean;
      return [
        ...pointOf(plain),
        ...[0, 1].flatMap((of) => ends.map((end) => end[of])),
        arms.some(({ diverged }) => diverged) ? absent : difference.toFixed(3),
      ];
    });
  return table(header, lines);
}

/** How the points of a random search ended. */
function outcomes(rows) {
  const points = pointsOf(rows);
  const learned = ({ diverged }) => !diverged;
  const both = points.filter((arms) => arms.every(learned));
  const isLower = ([plain, normalized]) =>
    normalized.valid.nllPerUnit.mean < plain.valid.nllPerUnit.mean;
  const counts = {
    'both learn, and the normalized one validates worse': both.filter((arms) => !isLower(arms)),
    'both learn, and the normalized one validates better': both.filter(isLower),
    'only the normalized one learns': points.filter(
      (arms) => arms.map(learned).join() === 'false,true',
    ),
    'only the baseline learns': points.filter((arms) => arms.map(learned).join() === 'true,false'),
    'both diverge': points.filter((arms) => !arms.some(learned)),
    all: points,
  };
  const lines = Object.entries(counts).map(([what, found]) => [what, String(found.length)]);
  return table(['outcome', 'drawn settings'], lines);
}

/** The rows of each point. */
function pointsOf(rows) {
  const points = new Map();
  for (const row of rows) {
    const key = pointOf(row).join(' ');
    points.set(key, [...(points.get(key) ?? []), row]);
  }
  return [...points.values()];
}

/** Where a search drew a run. */
function pointOf({ configs: [{ settings }] }) {
  return ['optimizer.learningRate', 'optimizer.momentum', 'data.batch'].map(
    (path) => settings[path].value,
  );
}

/** Models at several learning rates, in the order of the presets. */
function rates(rows) {
  return table(
    ['preset', 'rate', 'seeds', 'train', 'validation', 'test', 'commit'],
    rows
      .toSorted((a, b) => rankOf(a) - rankOf(b) || rateOf(a) - rateOf(b))
      .map((row) => [
        `\`${row.preset}\``,
        rateOf(row),
        seedsText(row.seeds),
        ...[row.train, row.valid, row.test].map((quality) => spread(quality?.perplexity, 1)),
        commitsOf(row),
      ]),
  );
}

function rateOf({ configs: [{ settings }] }) {
  return settings['optimizer.learningRate'].value;
}

function bestText({ best: events }) {
  if (events === undefined) return absent;
  const values = events.map(({ perplexity: value }) => value);
  const epochs = [...new Set(events.map(({ epoch }) => epoch + 1))].sort((a, b) => a - b);
  return `${meanOf(values).toFixed(1)} after epoch ${epochs.join(', ')}`;
}

function titleOf(row) {
  const { preset, recipe, epochs, planned } = row;
  const { title, task } = findPreset(preset);
  const ofRecipe = recipe === firstRecipes[task] ? '' : `, recipe \`${recipe}\``;
  const part = epochs < planned ? `, ${epochs} of ${planned} epochs` : '';
  return `${title}${ofRecipe}${rateText(row.configs[0])}${shareText(row.configs[0])}${part}${divergedText(row)}`;
}

function divergedText({ diverged, seeds }) {
  return diverged === 0 ? '' : `, ${diverged} of ${seeds.length} runs diverged`;
}

/** The part of the data that a run was trained on, where it is not all. */
function shareText({ settings }) {
  const share = settings['data.trainShare']?.value ?? 1;
  return share < 1 ? `, ${share} of the data` : '';
}

/** A learning rate that is not the recipe's; undefined where it is. */
function userRate({ settings }) {
  const { source, value } = settings['optimizer.learningRate'];
  return source === 'user' ? value : undefined;
}

function rateText(config) {
  const rate = userRate(config);
  return rate === undefined ? '' : `, rate ${rate}`;
}

/** The command of a row, as far as it decides the numbers: what the user set stands in it. */
function commandOf({ preset, recipe, configs: [{ settings }] }) {
  const ofRecipe = recipe === firstRecipes[findPreset(preset).task] ? [] : ['--recipe', recipe];
  const set = Object.entries(settings).flatMap(([path, { value, source }]) => {
    if (source !== 'user') return [];
    return path === 'schedule.epochs' ? ['--epochs', value] : ['--set', `${path}=${value}`];
  });
  return `\`${['train', preset, ...ofRecipe, ...set].join(' ')}\``;
}

/** Commits as people write them, in the order of the seeds; files that differed are not said. */
function commitsOf({ configs }) {
  const commits = configs.flatMap(({ commit, resumptions = [] }) => [
    commit,
    ...resumptions.map((one) => one.commit),
  ]);
  const short = commits.map((commit) => commit.replace(/^([0-9a-f]{7})[0-9a-f]*.*$/, '$1'));
  return [...new Set(short)].join(', ');
}

function notRunRow(preset, data = '') {
  const { hours, page } = notRun[preset] ?? {};
  if (hours === undefined)
    throw new Error(`forms: ${preset} has no run, and nobody says its hours.`);
  const loss = paperText(paperOf(preset), data === '' ? 1 : 2);
  const title = `${findPreset(preset).title}${data}`;
  return [title, loss, `not run: ${hours} hours`, '', `\`train ${preset}\``, '', page];
}

/** The paper's numbers, training and validation: perplexity, or cross entropy and error rate. */
function paperText(paper, digits, between = ' / ') {
  if (paper === undefined) return 'not in it';
  if (typeof paper === 'string') return paper;
  return [paper.train, paper.valid]
    .map((values) => values.map((value) => value.toFixed(digits)).join(', '))
    .join(between);
}

function frames(quality) {
  if (quality === undefined) return absent;
  return `${spread(quality.nllPerUnit, 3)}, ${spread(quality.frameErrorRate, 3)}`;
}

/** Mean, and sample deviation over several seeds. */
function spread(value, digits) {
  if (value === undefined) return absent;
  const { mean, deviation } = value;
  const written = mean.toFixed(digits);
  return deviation === undefined ? written : `${written} ± ${deviation.toFixed(digits)}`;
}

/** `1 to 8` where none is left out, otherwise a list. */
function seedsText(seeds) {
  const [first] = seeds;
  const last = seeds.at(-1);
  const isWhole = last - first === seeds.length - 1;
  return seeds.length > 2 && isWhole ? `${first} to ${last}` : seeds.join(', ');
}

/** A number, linked to the list of the runs that it is made of. */
function toRuns({ page }, number) {
  return `[${number}](runs.md#${page.replaceAll('/', '')})`;
}

/** Every run of each page, with its folder and the commands that made it. */
function list(rows, runs) {
  const pages = [...new Set(rows.map(({ page }) => page))];
  const header = ['run', 'train', 'validation', 'hours', 'commit', 'command'];
  return pages
    .map((page) => {
      const lines = runs.filter((run) => run.page === page).map((run) => listed(run));
      return `## ${page}\n\n${table(header, lines)}`;
    })
    .join('\n\n');
}

function listed(run) {
  const [row] = rowsOf([run]);
  const name = basename(run.folder);
  const { command, resumptions = [], unit } = run.config;
  const quality = unit === 'frame' ? frames : (measured) => spread(measured?.perplexity, 1);
  return [
    `[${name}](${run.page}/${name}/config.json)`,
    ...[quality(row.train), quality(row.valid)],
    (row.seconds[0] / 3600).toFixed(2),
    commitsOf(row),
    [command, ...resumptions.map((one) => one.command)].map((one) => `\`${one}\``).join(', then '),
  ];
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function table(header, lines) {
  const cells = [header, header.map(() => '---'), ...lines];
  return cells.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
