import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { config, evaluation, run, writeRun } from '../../test/fixtures';
import { htmlReport } from '../html/htmlReport';
import { comparisonTable } from '../table/comparisonTable';
import { readRun } from './readRun';
import { temporaryFolder } from '../../test/temporaryFolder';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const whole = () => {
  const made = run([9.2, 8.1], { folder, evaluations: [evaluation('running', 5.25)] });
  writeRun(folder, made);
  return made;
};

async function refusal(): Promise<string> {
  const error: unknown = await readRun(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message.replaceAll(folder, 'RUN');
}

describe('readRun', () => {
  it('reads what a run wrote', async () => {
    const made = whole();
    expect(await readRun(folder)).toEqual(made);
  });

  it('reads a run that was killed: half an event, no result', async () => {
    const made = whole();
    rmSync(join(folder, 'result.json'));
    appendFileSync(join(folder, 'events.jsonl'), '{"type":"step","ste');
    expect(await readRun(folder)).toEqual({ ...made, result: undefined });
  });

  it('takes an older configuration, and leaves fields that it does not know alone', async () => {
    whole();
    const { commit, command, precision, ...older } = config();
    expect([commit, command, precision]).toEqual(['unknown', '', 'float32']);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...older, colour: 'red' }));
    expect((await readRun(folder)).config).toEqual(config());
  });

  it("reads a run of a library's user, which says nothing of where its data lies, and one of a command", async () => {
    const made = whole();
    expect(JSON.stringify(made.config)).not.toContain('"data"');
    const data = { train: 'data/train', dev: 'data/dev', alignments: ['exp/ali'] };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config(), data }));
    expect((await readRun(folder)).config).toEqual(config());
  });

  it.each(['ptb-small', null])('keeps the baseline %s', async (baseline) => {
    whole();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config(), baseline }));
    expect((await readRun(folder)).config).toEqual(config({ baseline }));
  });

  it('says that a folder is missing', async () => {
    rmSync(folder, { recursive: true });
    expect(await refusal()).toBe('readRun: there is no folder RUN.');
  });

  it('says that a folder or file is not a run', async () => {
    expect(await refusal()).toBe('readRun: RUN is not a run folder: it holds no config.json.');
    folder = join(folder, 'file');
    writeFileSync(folder, '');
    expect(await refusal()).toBe('readRun: RUN is not a run folder: it holds no config.json.');
  });

  it('says which file is not JSON or cannot be read', async () => {
    whole();
    writeFileSync(join(folder, 'result.json'), '{"steps":');
    expect(await refusal()).toBe('RUN/result.json is not JSON: it is truncated or altered.');
    writeFileSync(join(folder, 'config.json'), 'preset: ptb-small');
    expect(await refusal()).toBe('RUN/config.json is not JSON: it is truncated or altered.');
    rmSync(join(folder, 'config.json'));
    mkdirSync(join(folder, 'config.json'));
    expect(await refusal()).toBe('readRun: RUN/config.json cannot be read: it is a folder.');
  });

  it.each([
    [{ seed: '1' }, 'seed is "1", expected a number.'],
    [{ unit: 'syllable' }, 'unit is "syllable", expected one of word, character, frame.'],
    [{ corpus: { ...config().corpus, sha256: undefined } }, 'corpus.sha256 is missing.'],
    [{ settings: { 'model.units': 200 } }, 'settings.model.units is 200, expected an object.'],
    [
      { settings: { 'model.units': { value: 200, source: 'heard' } } },
      'settings.model.units.source is "heard", expected one of text, code, lua, tf, figure, recalled, chosen, user.',
    ],
  ])('names the field that does not fit: %j', async (change, sentence) => {
    whole();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config(), ...change }));
    expect(await refusal()).toBe(`RUN/config.json: ${sentence}`);
  });

  it('keeps what the run left out', async () => {
    const made = whole();
    const leftOut = [{ split: 'train', reason: 'bad features', keys: ['a', 'b'] }];
    const write = (value: unknown): void =>
      writeFileSync(
        join(folder, 'result.json'),
        JSON.stringify({ ...made.result, leftOut: value }),
      );
    write(leftOut);
    expect((await readRun(folder)).result).toEqual({ ...made.result, leftOut });
    write([{ ...leftOut[0], keys: ['a', 2] }]);
    expect(await refusal()).toBe('RUN/result.json: leftOut.0.keys.1 is 2, expected text.');
  });

  it('names the evaluation that does not fit', async () => {
    const made = whole();
    const wrong = { ...evaluation('running', 5), perplexity: null };
    const result = { ...made.result, evaluations: [evaluation('batch', 4), wrong] };
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
    expect(await refusal()).toBe(
      'RUN/result.json: evaluations.1.perplexity is null, expected a number.',
    );
  });

  it('reads names that every object inherits, and reports a run that has them beside one that has not', async () => {
    whole();
    const text = JSON.stringify(config({ preset: 'ptb-small-bn', seed: 2 }));
    const odd = join(folder, 'odd');
    writeRun(odd, run([9.1, 8.2], { folder: odd }));
    const names = ['constructor', '__proto__', 'toString'];
    const settings = names.map((name) => `"${name}":{"value":1,"source":"user"}`).join();
    const counts = names.map((name) => `"${name}":7`).join();
    writeFileSync(
      join(odd, 'config.json'),
      text
        .replace('"settings":{', `"settings":{${settings},`)
        .replace('"counts":{', `"counts":{${counts},`)
        .replace('"versions":{', '"versions":{"constructor":"1"'),
    );
    const runs = [await readRun(folder), await readRun(odd)];
    expect(Object.keys(runs[1]!.config.settings)).toEqual(expect.arrayContaining(names));
    expect(comparisonTable(runs)).toContain('ptb-small-bn');
    const page = await htmlReport(runs);
    for (const name of names) expect(page).toContain(name);
    expect(page).not.toContain('function');
  });

  it('refuses a configuration of a newer version', async () => {
    whole();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config(), version: 2 }));
    await expect(readRun(folder)).rejects.toThrow('config.json has version 2, expected at most 1.');
  });
});
