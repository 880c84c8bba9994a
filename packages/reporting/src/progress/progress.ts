import { escapeUnseen } from '@bnrnn/core';
import type { EventConsumer } from '../events/eventConsumer';
import { barLine, eventLine, plainLine } from './progressText';
import { runProgressTracker, type RunProgress } from './runProgress';

/** Where progress is written: a terminal or anything with a `write`. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters; 80 where unknown. */
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  /** Seconds between two redraws on a terminal; 0.1 unless said. */
  redrawSeconds?: number;
  /** Seconds between two plain lines where the stream is no terminal; 15 unless said. */
  lineSeconds?: number;
}

const clearLine = '\r\u001B[K';

/**
 * Shows how a run goes: on a terminal one line that redraws itself (bar, steps, loss, perplexity,
 * speed, time left), elsewhere a plain line now and then. Start, evaluations, warnings and the end
 * get a line of their own in both; what they name is escaped. Time is the events' own; there is no
 * clock here.
 *
 * Loss and speed are averages over the recent steps, each older step counting 0.95 of the next.
 */
export function progress(stream: ProgressStream, options: ProgressOptions = {}): EventConsumer {
  const { redrawSeconds = 0.1, lineSeconds = 15 } = options;
  const terminal = stream.isTTY === true;
  const interval = 1000 * (terminal ? redrawSeconds : lineSeconds);
  const track = runProgressTracker();
  let shownAt = Number.NEGATIVE_INFINITY;
  let barShown = false;

  const clear = () => {
    if (barShown) stream.write(clearLine);
    barShown = false;
  };
  const show = (now: RunProgress) => {
    if (terminal) stream.write(`${clearLine}${barLine(now, stream.columns ?? 80)}`);
    else stream.write(`${escapeUnseen(plainLine(now))}\n`);
    barShown = terminal;
  };

  return {
    write(event) {
      const now = track(event);
      if (event.type === 'step') {
        const last = event.step === now.totalSteps;
        if (event.at - shownAt < interval && !last) return;
        shownAt = event.at;
        show(now);
        return;
      }
      const line = eventLine(event, now);
      if (line === undefined) return;
      clear();
      stream.write(`${escapeUnseen(line)}\n`);
    },
    close() {
      if (barShown) stream.write('\n');
      barShown = false;
    },
  };
}
