import { drawCurves, histogramSvg, smoothed } from './chart';
import { fillControls, readControls, showSettings } from './controls';
import { emptyHistory, historyUntil, keepHistory, type History } from './history';
import { sides, type Report, type Request, type Side, type Text } from './messages';
import { part } from './part';
import { addressOf, settingsOf } from './settings';

type ReportOf<Type extends Report['type']> = Extract<Report, { type: Type }>;

const rowsShown = 200;

let worker: Worker | undefined;
let strategies: readonly string[] = [];
let text: Text = { name: 'glosses', content: '' };
let history: History = emptyHistory();
let key = '';
let speeds: Partial<Record<Side, number>> = {};
let device = '';
let isPaused = false;
let isDrawn = true;

const status = part('p', '#status');
const problem = part('p', '#problem');
const buttons = {
  start: part('button', '#start'),
  pause: part('button', '#pause'),
  fresh: part('button', '#fresh'),
  share: part('button', '#share'),
  download: part('button', '#download'),
  open: part('button', '#open'),
  glosses: part('button', '#glosses'),
};

/** A worker for one run: what another backend has begun goes with its worker. */
function openWorker(): Worker {
  worker?.terminate();
  worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<Report>) => hear(data);
  worker.onerror = ({ message }) =>
    hear({ type: 'failed', message: message || 'The worker ended.' });
  return worker;
}

function ask(request: Request): void {
  worker?.postMessage(request);
}

function hear(report: Report): void {
  switch (report.type) {
    case 'ready':
      if (strategies.length === 0) show(report.strategies);
      break;
    case 'started':
      begin(report);
      break;
    case 'step':
      speeds[report.side] = smoothedRate(speeds[report.side], report.tokensPerSecond);
      history.losses[report.side].push({ step: report.step, value: report.loss });
      redraw();
      break;
    case 'look':
      look(report);
      break;
    case 'saved':
      keepHistory(key, history);
      buttons.download.disabled = false;
      break;
    case 'files':
      for (const { name, blob } of report.files) download(name, blob);
      break;
    case 'failed':
      fail(report.hint === undefined ? report.message : `${report.message} ${report.hint}`);
      break;
    case 'ended':
      status.textContent = `Ended at step ${report.step}.`;
      buttons.pause.disabled = true;
  }
}

/** The page can be used: the strategies are those that the library has. */
function show(found: readonly string[]): void {
  strategies = found;
  fillControls(strategies);
  showSettings(settingsOf(location.hash, strategies));
  void loadText();
}

async function loadText(): Promise<void> {
  const answer = await fetch('glosses.txt');
  if (answer.ok) text = { name: 'glosses', content: await answer.text() };
  offerStart(answer.ok);
  buttons.glosses.hidden = true;
  if (answer.ok) status.textContent = 'Ready: the text is that of the page.';
  else fail('The text of the page could not be loaded. Take one of your own.');
}

function offerStart(isOffered: boolean): void {
  for (const button of [buttons.start, buttons.fresh, buttons.open]) button.disabled = !isOffered;
}

function start(fresh: boolean, files?: readonly File[]): void {
  const settings = readControls(strategies);
  window.history.replaceState(null, '', addressOf(settings));
  key = `bnrnn ${addressOf(settings)} ${text.name} ${text.content.length}`;
  problem.hidden = true;
  status.textContent = 'Starting …';
  buttons.download.disabled = true;
  setPaused(false);
  if (fresh) keepHistory(key, emptyHistory());
  openWorker();
  ask({ type: 'train', settings, text, fresh, ...(files !== undefined && { files }) });
}

function begin({ device: runsOn, limits, parameters, from }: ReportOf<'started'>): void {
  const first = Math.min(from.baseline, from.treatment);
  device = first > 0 ? `${runsOn}, from step ${first}` : runsOn;
  history = historyUntil(key, from);
  speeds = {};
  buttons.pause.disabled = false;
  if (limits !== undefined) tell(`simd runs on ${limits}.`, 'note');
  for (const side of sides) {
    part('p', `#${side} .numbers`).textContent =
      `${parameters[side].toLocaleString('en')} parameters`;
    part('div', `#${side} .histograms`).replaceChildren();
    part('blockquote', `#${side} blockquote`).textContent = 'Text comes with the next evaluation.';
  }
  redraw();
}

function look({ side, step, look: found }: ReportOf<'look'>): void {
  history.perplexities[side].push({ step, value: found.perplexity });
  part('blockquote', `#${side} blockquote`).textContent = found.sample;
  part('p', `#${side} .numbers`).textContent =
    `step ${step}: validation perplexity ${found.perplexity.toFixed(2)}`;
  const shown = [['output', found.hidden] as const, ...Object.entries(found.normalizer)];
  part('div', `#${side} .histograms`).replaceChildren(
    ...shown.map(([name, values]) => histogramSvg(name, values)),
  );
  redraw();
}

/** At most once a frame: a step may take less. */
function redraw(): void {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(() => {
    isDrawn = true;
    const { losses, perplexities } = history;
    const means = {
      baseline: smoothed(losses.baseline),
      treatment: smoothed(losses.treatment),
    };
    drawCurves(part('svg', '#losses'), means, 'The curves begin with the first step.');
    drawCurves(
      part('svg', '#perplexities'),
      perplexities,
      'The first value comes at step 50 or so.',
    );
    const [baseline, treatment] = [losses.baseline.at(-1), losses.treatment.at(-1)];
    if (baseline !== undefined && treatment !== undefined) {
      const verb = isPaused ? 'Paused' : 'Training';
      status.textContent = `${verb} on ${device}: step ${Math.min(baseline.step, treatment.step)}. Tokens a second: ${rates()}.`;
    }
    part('tbody', '#numbers').replaceChildren(...rows());
  });
}

/** One step takes long or short by chance. */
function smoothedRate(before: number | undefined, now: number): number {
  return before === undefined ? now : 0.9 * before + 0.1 * now;
}

function rates(): string {
  const [baseline, treatment] = sides.map((side) =>
    Math.round(speeds[side] ?? 0).toLocaleString('en'),
  );
  return `baseline ${baseline}, normalized ${treatment}`;
}

function rows(): Element[] {
  const { baseline, treatment } = history.losses;
  const others = new Map(treatment.map(({ step, value }) => [step, value]));
  return baseline.slice(-rowsShown).map(({ step, value }) => {
    const row = document.createElement('tr');
    for (const cell of [String(step), value.toFixed(5), others.get(step)?.toFixed(5) ?? '']) {
      row.append(Object.assign(document.createElement('td'), { textContent: cell }));
    }
    return row;
  });
}

function fail(sentence: string): void {
  tell(sentence, 'failure');
}

function tell(sentence: string, kind: 'failure' | 'note'): void {
  problem.textContent = sentence;
  problem.className = kind;
  problem.hidden = false;
}

function setPaused(paused: boolean): void {
  isPaused = paused;
  buttons.pause.textContent = paused ? 'Go on' : 'Pause';
}

function download(name: string, blob: Blob): void {
  const link = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function chooseFile(file: File): Promise<void> {
  text = { name: file.name, content: await file.text() };
  offerStart(true);
  buttons.glosses.hidden = false;
  status.textContent = `Ready: ${file.name} has ${text.content.length.toLocaleString('en')} characters.`;
}

buttons.start.onclick = () => start(false);
buttons.fresh.onclick = () => start(true);
buttons.pause.onclick = () => {
  setPaused(!isPaused);
  ask({ type: isPaused ? 'pause' : 'resume' });
  redraw();
};
buttons.download.onclick = () => ask({ type: 'export' });
buttons.open.onclick = () => part('input', '[name=checkpoint]').click();
part('input', '[name=checkpoint]').onchange = ({ target }) => {
  const input = target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  // The same files may be picked again.
  input.value = '';
  if (files.length > 0) start(false, files);
};
buttons.share.onclick = () => {
  const address = new URL(addressOf(readControls(strategies)), location.href).href;
  window.history.replaceState(null, '', address);
  void navigator.clipboard.writeText(address).then(
    () => (status.textContent = 'The link is in the clipboard.'),
    () => (status.textContent = 'The link is in the address bar.'),
  );
};
part('input', '[name=file]').onchange = ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file !== undefined) void chooseFile(file);
};
buttons.glosses.onclick = () => {
  part('input', '[name=file]').value = '';
  buttons.start.focus();
  void loadText();
};
window.onhashchange = () => showSettings(settingsOf(location.hash, strategies));

redraw();
openWorker();
