import type { Point } from './chart';
import { sides, type Side } from './messages';

/** What is drawn of a run. */
export interface History {
  readonly losses: Record<Side, Point[]>;
  readonly perplexities: Record<Side, Point[]>;
}

export function emptyHistory(): History {
  return {
    losses: { baseline: [], treatment: [] },
    perplexities: { baseline: [], treatment: [] },
  };
}

/** What was drawn of a run before, as far as its checkpoints reach. */
export function historyUntil(key: string, steps: Readonly<Record<Side, number>>): History {
  const history = emptyHistory();
  const stored = read(key);
  for (const side of sides) {
    for (const name of ['losses', 'perplexities'] as const) {
      history[name][side] = (stored?.[name]?.[side] ?? []).filter(
        ({ step }) => step <= steps[side],
      );
    }
  }
  return history;
}

/** Keeps a run's curves in this browser; a browser that keeps nothing loses the curves alone. */
export function keepHistory(key: string, history: History): void {
  try {
    localStorage.setItem(key, JSON.stringify(history));
  } catch {
    return;
  }
}

function read(key: string): Partial<History> | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<History>;
  } catch {
    return undefined;
  }
}
