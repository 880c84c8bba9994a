import { part } from './part';
import { backends, cells, levels, placements, settingsOf, sizes, type Settings } from './settings';

/** What the page calls a value where the value's own name says too little. */
const words: Readonly<Record<string, string>> = {
  lstm: 'LSTM',
  gru: 'GRU',
  rnn: 'plain RNN',
  inputToHidden: 'W·x',
  hiddenToHidden: 'U·h',
  preActivation: 'the sum',
  cell: 'cell state',
  character: 'characters',
  word: 'words',
  frame: 'batch, each step',
  sequence: 'batch, sequence',
  rms: 'root mean square',
  renorm: 'batch renorm',
  whiten: 'whitening, each step',
  'whiten-sequence': 'whitening, sequence',
};

type Choices = { readonly [Name in Exclude<keyof Settings, 'seed'>]: readonly (string | number)[] };

/** Gives each control its choices. */
export function fillControls(strategies: readonly string[]): void {
  const choices: Choices = {
    ...{ cell: cells, placement: placements, strategy: strategies },
    ...{ units: sizes, level: levels, backend: backends },
  };
  for (const [name, values] of Object.entries(choices)) {
    const options = values.map((value) => new Option(words[value] ?? String(value), String(value)));
    part('select', `[name=${name}]`).replaceChildren(...options);
  }
}

export function showSettings(settings: Settings): void {
  for (const [name, value] of Object.entries<string | number>({ ...settings })) {
    const tag = name === 'seed' ? 'input' : 'select';
    part(tag, `[name=${name}]`).value = String(value);
  }
}

export function readControls(strategies: readonly string[]): Settings {
  const given = new FormData(part('form', '#settings'));
  given.delete('file');
  const entries = Array.from(given, ([name, value]) => [
    name,
    typeof value === 'string' ? value : '',
  ]);
  return settingsOf(new URLSearchParams(entries).toString(), strategies);
}
