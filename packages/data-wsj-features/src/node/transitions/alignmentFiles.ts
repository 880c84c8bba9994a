import { reasonOf } from '@bnrnn/core';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fault } from '../../bytes/fault';
import { pathOf } from '../tables/specification';

/** Names that recipes give to the jobs of frame labels, the likeliest first. */
const stems = ['ali', 'pdf', 'phn', 'phones', 'phone', 'labels', 'targets'];
const job = /^(.+)\.(\d+)(?:\.(?:ark|txt))?(?:\.gz)?$/;

/**
 * The files behind a name of alignments: the file itself, or of a folder its `ali.1.gz`, `ali.2.gz` ... in the order
 * of their numbers (or `pdf.*`, `phn.*` ..., or the one other name that is numbered so).
 *
 * @param spec  a path, or one with Kaldi's `ark:`, `scp:` or `ark,t:` before it, which a file keeps.
 * @param note  told when `num_jobs` says that some are missing.
 * @throws DataError when nothing is there, or names of several kinds that nobody can choose between.
 */
export async function alignmentFiles(
  spec: string,
  note?: (sentence: string) => void,
): Promise<string[]> {
  const path = pathOf(spec);
  const names = await namesIn(path);
  if (names === undefined) return [spec];
  const jobs = new Map<string, { name: string; number: number }[]>();
  for (const name of names) {
    const [, stem, number] = job.exec(name) ?? [];
    if (stem === undefined) continue;
    jobs.set(stem, [...(jobs.get(stem) ?? []), { name, number: Number(number) }]);
  }
  const only = jobs.size === 1 ? jobs.keys().next().value : undefined;
  const stem = stems.find((candidate) => jobs.has(candidate)) ?? only;
  const found = stem === undefined ? [] : (jobs.get(stem) ?? []);
  if (found.length === 0) {
    throw fault(
      { file: path },
      'has no ali.1.gz, ali.2.gz and so on, expected an alignment folder.',
      {
        hint: 'Give the folder of steps/align_fmllr.sh, or the file of labels itself.',
      },
    );
  }
  await tellMissing(path, found.length, note);
  return found.sort((a, b) => a.number - b.number).map(({ name }) => join(path, name));
}

/** The names in a folder; undefined where it is a file. */
async function namesIn(path: string): Promise<string[] | undefined> {
  try {
    return (await stat(path)).isDirectory() ? await readdir(path) : undefined;
  } catch (cause) {
    throw fault({ file: path }, `cannot be opened: ${reasonOf(cause)}.`, { cause });
  }
}

/** Whether a file is called as a job of an alignment is, `ali.N`: it holds transition-ids, whatever lies beside it. */
export function isAlignmentJob(spec: string): boolean {
  return job.exec(basename(pathOf(spec)))?.[1] === 'ali';
}

/** Whether a file is called `ali` or `ali.*`: it holds transition-ids where the model that made them lies beside it. */
export function isCalledAlignment(spec: string): boolean {
  return /^ali(?:\.|$)/.test(basename(pathOf(spec)));
}

/** The model beside an alignment; undefined where there is none. */
export async function modelBeside(spec: string): Promise<string | undefined> {
  const model = join(dirname(pathOf(spec)), 'final.mdl');
  return (await stat(model).catch(() => undefined))?.isFile() === true ? model : undefined;
}

async function tellMissing(
  folder: string,
  found: number,
  note: ((sentence: string) => void) | undefined,
): Promise<void> {
  const text = await readFile(join(folder, 'num_jobs'), 'latin1').catch(() => '');
  const jobs = /^\s*(\d{1,6})\s*$/.exec(text)?.[1];
  if (jobs !== undefined && Number(jobs) !== found) {
    note?.(`${folder}: ${found} of ${jobs} alignment jobs are here.`);
  }
}
