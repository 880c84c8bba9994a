import { fileURLToPath } from 'node:url';
import { python } from './environment.mjs';
import { lastJson, measure, runQuietly } from './measure.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const steps = 5;

/** What a loss may differ by unless a contestant says more, relative to our own loss at the same step: float32 sums in another order. */
const exact = 1e-4;

/**
 * Trains a tiny language model for five steps with every contestant from the same weights and tokens and compares
 * the losses, so that the table compares equal work: gates, loss scale, clipping, update, carried state.
 *
 * @param chosen  contestants by name; those that run our own step are left out.
 * @returns       for each preset, the worst relative difference from ours by name.
 * @throws Error when one of them differs by more than its tolerance.
 */
export async function checkAgreement(chosen) {
  const worst = {};
  for (const preset of ['agreement', 'agreement-bn']) {
    const own = ourLosses(preset);
    worst[preset] = {};
    for (const [name, { fits, start, isOurs = false, tolerance = exact }] of Object.entries(
      chosen,
    )) {
      if (isOurs || !fits(preset)) continue;
      const process = start({ preset, threads: 1 });
      const args = [...process.args, '--steps', String(steps), '--warm-up', '0'];
      const { losses, failed } = await measure({ ...process, args }, 1);
      if (failed !== undefined) throw new Error(`${name} cannot run: ${failed}`);
      const difference = Math.max(...losses.map((loss, i) => Math.abs(loss / own[i] - 1)));
      worst[preset][name] = difference;
      if (difference <= tolerance) continue;
      throw new Error(
        `${name} does other work than ours on ${preset}: losses ${losses.join(', ')}, ours ${own.join(', ')}.`,
      );
    }
  }
  return worst;
}

function ourLosses(preset) {
  const start = runQuietly(python, [here('export_start.py'), preset]);
  return lastJson(runQuietly(process.execPath, [here('ourLosses.mjs'), String(steps)], start))
    .losses;
}
