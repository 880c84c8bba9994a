import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the tests of a run a temporary folder of their own, which goes with them: what a test file that is
 * skipped or killed leaves behind goes too. It lies deep enough that nothing that looks for files above its
 * own folder sees what others have left.
 */
export function setup(): () => void {
  const above = mkdtempSync(join(tmpdir(), 'bnrnn-tests-'));
  const own = join(above, 'of', 'one', 'run');
  mkdirSync(own, { recursive: true });
  process.env['TMPDIR'] = own;
  return () => rmSync(above, { recursive: true, force: true });
}
