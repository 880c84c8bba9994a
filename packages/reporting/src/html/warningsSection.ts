import type { RunEventOf } from '@bnrnn/core';
import type { Comparison } from '../compare/compareRuns';
import { eventsOf } from '../compare/runSummary';
import { formatCount } from '../formatNumber';
import { markup, type Html } from './markup';

/** What the runs warned of, each kind once with its count; undefined where nothing happened. */
export function warningsSection({ groups }: Comparison): Html | undefined {
  const items = groups.flatMap(({ label, summaries }) =>
    summaries.flatMap(({ run }) =>
      [...byCode(eventsOf(run, 'warning'))].map(([code, events]) =>
        warningItem(`${label}, seed ${run.config.seed}`, code, events),
      ),
    ),
  );
  return items.length === 0
    ? undefined
    : markup`<section>
        <h2>Warnings</h2>
        <ul>
          ${items}
        </ul>
      </section>`;
}

function warningItem(of: string, code: string, events: readonly RunEventOf<'warning'>[]): Html {
  const [first] = events;
  if (first === undefined) return markup``;
  const count = events.length === 1 ? '' : `, ${formatCount(events.length)} times in all`;
  return markup`<li>
    ${of}, step ${formatCount(first.step)}: ${first.message} (<code>${code}</code>${count})
  </li>`;
}

function byCode(events: readonly RunEventOf<'warning'>[]): Map<string, RunEventOf<'warning'>[]> {
  const kinds = new Map<string, RunEventOf<'warning'>[]>();
  for (const event of events) kinds.set(event.code, [...(kinds.get(event.code) ?? []), event]);
  return kinds;
}
