import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bnrnn, finished, newFolder, start, type Finished } from './bnrnn';

const folder = newFolder();

/** Clears the screen, sets a title, begins a line, turns text around and hides some. */
const hostile = 'x\u001b[2J\u001b]0;owned\u0007\u009b31m\nreport: safe\u202egnp\u200b\u{e0041}';
const shown =
  'x\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u000areport: safe\\u202egnp\\u200b\\udb40\\udc41';

/** What no line of a command may hold. */
const unseen = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

function expectClean({ stdout, stderr }: Finished): void {
  for (const line of `${stdout}\n${stderr}`.split('\n')) expect(line).not.toMatch(unseen);
}

function writeRun(name: string, preset: string): void {
  mkdirSync(join(folder, name));
  const corpus = { name: hostile, sha256: { train: 'ab' }, counts: { train: 9 }, classes: 3 };
  const common = { preset, recipe: hostile, backend: hostile, seed: 1, unit: 'word', corpus };
  const known = { data: hostile };
  const settings = { [hostile]: { value: name, source: 'chosen', note: hostile } };
  writeFileSync(
    join(folder, name, 'config.json'),
    JSON.stringify({ ...common, ...known, versions: { [hostile]: hostile }, settings }),
  );
  const at = { step: 1, epoch: 0, at: 0 };
  const numbers = { parameters: 1, stepsPerEpoch: 1, totalSteps: 1, resumed: false };
  const step = { loss: 1, learningRate: 1, gradientNorm: 1, clipped: false, units: 1 };
  const events = [
    { type: 'start', ...at, step: 0, ...common, ...numbers },
    { type: 'step', ...at, ...step, unitsPerSecond: 1 },
    { type: 'warning', ...at, code: 'x', message: hostile },
    { type: 'end', ...at, reason: 'finished', seconds: 1 },
  ];
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(folder, name, 'events.jsonl'), lines.join(''));
}

describe('characters of data that a terminal obeys or hides', () => {
  writeRun('one', hostile);
  writeRun('two', hostile);

  it.each([[[]], [['--markdown']], [['--latex']]])('are escaped in tables %j', async (flags) => {
    const said = await bnrnn(folder, 'report', 'one', 'two', ...flags);
    expect(said.stderr).toBe('');
    expect(said.status).toBe(0);
    expectClean(said);
    // Without the format's own escapes; Markdown puts its cells on one line.
    const plain = said.stdout.replaceAll('\\textbackslash{}', '\\').replace(/\\([\\[\]])/g, '$1');
    expect(plain.replaceAll(' report: safe', '\\u000areport: safe')).toContain(shown);
    expect(said.stdout).not.toMatch(/^report: safe/m);
  });

  it('keep the value of a line of JSON', async () => {
    const page = join(folder, 'page\u009b\u202e.html');
    const said = await bnrnn(folder, 'report', 'one', '--out', page, '--json');
    expectClean(said);
    const last = said.stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toEqual({ runs: ['one'], report: page });
  });

  it.each([
    ['arguments', ['train', hostile]],
    ['flags', ['presets', `--${hostile}`]],
    ['names of folders', ['report', hostile]],
    ['names of archives', ['features', 'copy', hostile, '--text']],
    ['corpora', ['train', 'ptb-small', '--data', hostile]],
  ])('are escaped in errors about %s', async (_, args) => {
    const said = await bnrnn(folder, ...args);
    expect(said.status).not.toBe(0);
    expect(said.stderr).toContain('x\\u001b[2J');
    expect(said.stderr.trimEnd().split('\n')).toHaveLength(2);
    expectClean(said);
  });

  it('are escaped in the stack of an error', async () => {
    const said = await finished(start(folder, ['report', hostile], { BNRNN_DEBUG: '1' }));
    expect(said.stderr).toContain('\n    at ');
    expectClean(said);
  });
});
