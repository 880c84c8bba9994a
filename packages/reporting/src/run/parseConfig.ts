import { DataError, units, type CorpusInfo } from '@bnrnn/core';
import { fieldsOf, numbersOf, recordOf, textsOf, type Fields } from './fields';
import { settingSources, type RunConfig, type RunSetting } from './run';

/** The version of `config.json` that is understood; 1 when absent. */
const configVersion = 1;

/**
 * Reads the value of a `config.json`; fields it does not know are left alone.
 *
 * @throws DataError naming file and field.
 */
export function parseConfig(value: unknown, where: string): RunConfig {
  const fields = fieldsOf(value, where);
  const version = fields.has('version') ? fields.number('version') : configVersion;
  if (version > configVersion) {
    throw new DataError(`${where} has version ${version}, expected at most ${configVersion}.`, {
      hint: 'Take the version of bnrnn that wrote the run.',
    });
  }
  return {
    preset: fields.text('preset'),
    ...baseline(fields),
    recipe: fields.text('recipe'),
    backend: fields.text('backend'),
    precision: fields.has('precision') ? fields.text('precision') : 'float32',
    seed: fields.number('seed'),
    unit: fields.oneOf('unit', units),
    corpus: parseCorpus(fields.object('corpus')),
    ...known('command', fields),
    ...known('commit', fields),
    versions: fields.has('versions') ? textsOf(fields.object('versions')) : {},
    settings: parseSettings(fields.object('settings')),
  };
}

/** Null says that the run is a baseline; a run folder older than the field has none. */
function baseline(fields: Fields): Pick<RunConfig, 'baseline'> {
  if (fields.has('baseline')) return { baseline: fields.text('baseline') };
  return fields.names.includes('baseline') ? { baseline: null } : {};
}

/** A text that may be absent, empty or "unknown": all three mean that the run does not know it. */
function known<Name extends string>(name: Name, fields: Fields): { [name in Name]?: string } {
  const text = fields.has(name) ? fields.text(name) : '';
  return text === '' || text === 'unknown' ? {} : ({ [name]: text } as { [name in Name]: string });
}

function parseCorpus(fields: Fields): CorpusInfo {
  return {
    name: fields.text('name'),
    sha256: textsOf(fields.object('sha256')),
    counts: numbersOf(fields.object('counts')),
    classes: fields.number('classes'),
  };
}

function parseSettings(fields: Fields): Record<string, RunSetting> {
  return recordOf(
    fields.names.map((path): [string, RunSetting] => {
      const setting = fields.object(path);
      return [
        path,
        {
          value: setting.raw('value'),
          source: setting.oneOf('source', settingSources),
          ...(setting.has('note') ? { note: setting.text('note') } : {}),
        },
      ];
    }),
  );
}
