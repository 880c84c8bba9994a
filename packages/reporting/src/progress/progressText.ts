import { escapeUnseen, type RunEvent } from '@bnrnn/core';
import {
  formatCount,
  formatDuration,
  formatNats,
  formatPerplexity,
  formatShare,
} from '../formatNumber';
import { natsPer, unitsOf } from '../unitWords';
import type { RunProgress } from './runProgress';

const smallestBar = 8;
const largestBar = 40;

/** One line with a bar in fewer than `columns` characters; a narrow one shortens its words first. */
export function barLine(progress: RunProgress, columns: number): string {
  const label = progress.start === undefined ? '' : `${escapeUnseen(progress.start.preset)} `;
  const numbers = progressNumbers(progress);
  const short = numbers.replace('perplexity', 'ppl');
  const layouts = [
    [label, numbers],
    [label, short],
    ['', short],
  ] as const;
  const room = ([name, text]: (typeof layouts)[number]) => columns - 2 - name.length - text.length;
  const layout = layouts.find((candidate) => room(candidate) >= smallestBar) ?? layouts[2];
  const width = Math.min(largestBar, Math.max(smallestBar, room(layout)));
  const [name, text] = layout;
  return `${name}${bar(progress, width)} ${text}`.slice(0, Math.max(1, columns - 1));
}

/** The same numbers as a sentence for a log file. */
export function plainLine(progress: RunProgress): string {
  const label = progress.start === undefined ? '' : `${progress.start.preset}: `;
  return `${label}step ${progressNumbers(progress)}`;
}

/** What an event other than a step says in a log; undefined for those that need no line. */
export function eventLine(event: RunEvent, progress: RunProgress): string | undefined {
  const unit = progress.start?.unit ?? 'word';
  const label = progress.start?.preset ?? 'run';
  switch (event.type) {
    case 'start': {
      const from = event.resumed ? `, resumed after step ${formatCount(event.step)}` : '';
      return (
        `${event.preset}: recipe ${event.recipe}, backend ${event.backend}, seed ${event.seed}, ` +
        `corpus ${event.corpus.name}; ${formatCount(event.parameters)} parameters, ` +
        `${formatCount(event.totalSteps)} steps${from}`
      );
    }
    case 'evaluation': {
      const split = event.split === 'valid' ? 'validation' : event.split;
      const quality =
        event.frameErrorRate === undefined
          ? `perplexity ${formatPerplexity(event.perplexity)}`
          : `frame error rate ${formatShare(event.frameErrorRate)}`;
      return (
        `${label}: epoch ${event.epoch + 1}, step ${formatCount(event.step)}: ${split} ` +
        `${formatNats(event.nllPerUnit)} ${natsPer(unit)}, ${quality} (${event.statistics} statistics)`
      );
    }
    case 'warning':
      return `${label}: warning (${event.code}) at step ${formatCount(event.step)}: ${event.message}`;
    case 'end':
      return `${label}: ${endWords[event.reason]} after ${formatCount(event.step)} steps, ${formatDuration(event.seconds)}`;
    default:
      return undefined;
  }
}

const endWords = {
  finished: 'finished',
  'max-steps': 'stopped at the step limit',
  interrupted: 'interrupted',
} as const;

function progressNumbers(progress: RunProgress): string {
  const unit = progress.start?.unit ?? 'word';
  const parts = [`${formatCount(progress.step)}/${formatCount(progress.totalSteps)}`];
  if (progress.loss !== undefined) {
    parts.push(`loss ${formatNats(progress.loss)}`);
    if (unit !== 'frame') parts.push(`perplexity ${formatPerplexity(Math.exp(progress.loss))}`);
  }
  if (progress.unitsPerSecond !== undefined) {
    parts.push(`${formatCount(progress.unitsPerSecond)} ${unitsOf(unit)}/s`);
  }
  if (progress.secondsLeft !== undefined)
    parts.push(`${formatDuration(progress.secondsLeft)} left`);
  return parts.join('  ');
}

function bar(progress: RunProgress, width: number): string {
  const share = progress.totalSteps > 0 ? Math.min(1, progress.step / progress.totalSteps) : 0;
  const filled = Math.floor(share * width);
  return '━'.repeat(filled) + '─'.repeat(width - filled);
}
