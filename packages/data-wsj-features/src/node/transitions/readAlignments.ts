import { UsageError } from '@bnrnn/core';
import { fault } from '../../bytes/fault';
import type { AlignmentTable } from '../../features';
import type { ReadOptions } from '../scp/targetReader';
import { readEntries } from '../tables/readEntries';
import { pathOf } from '../tables/specification';
import { alignmentFiles, isAlignmentJob, isCalledAlignment, modelBeside } from './alignmentFiles';
import { alignmentToPdfs } from '../../transitions/alignmentToPdfs';
import { LabelStore } from './labelStore';
import { readSymbolLabels } from './symbolLabels';
import type { TransitionModel } from '../../transitions/transitionModel';
import { readTransitionModel } from './readTransitionModel';

export interface ReadAlignmentsOptions extends ReadOptions {
  /**
   * The model that made the alignments, which turns their transition-ids into pdf-ids: a `final.mdl`, wherever it
   * lies, or one read before. Given, it is used for every file, whatever its name. Left out, it is the `final.mdl` beside
   * files called `ali` or `ali.*`, and the numbers of other files are classes as they are.
   */
  readonly model?: string | TransitionModel;
  /** Takes the numbers of files called `ali` or `ali.*` as classes although such files hold transition-ids. Default false. */
  readonly alreadyClasses?: boolean;
  /** A symbol table (`phones.txt`) for text files whose frames are labelled by name. */
  readonly symbols?: string;
  /** The number of classes, where a model read before or the training set decides. Default: the model's, else as seen. */
  readonly classes?: number;
}

/**
 * Reads the target class of every frame: forced alignments with their model, or tables of pdf-ids or phones, binary
 * or text, packed or not.
 *
 * `note` is told once for each of them how its numbers are read.
 *
 * @param paths  alignment folders (`ali.*.gz`) and files; together they hold each utterance once.
 * @returns a table in memory: three bytes for each run of frames with one class, up to 65,536 classes.
 * @throws DataError when a file is missing or malformed, a key stands twice, a transition-id is not the model's, a
 *   label is negative or not below `classes` (a model's, where there is one), transition-ids come without a model, or
 *   alignments come from models whose classes differ. UsageError for a model together with symbols.
 */
export async function readAlignments(
  paths: string | readonly string[],
  options: ReadAlignmentsOptions = {},
): Promise<AlignmentTable> {
  const { symbols, note } = options;
  if (symbols !== undefined && options.model !== undefined) {
    throw new UsageError(
      'readAlignments: both a model and symbols were given, expected one: frames are labelled by transition-ids or by name.',
      { hint: 'Leave out the model (--model) or the table of names (--symbols).' },
    );
  }
  const models = new ModelCache(options);
  const labels = new LabelStore(options.classes);
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    const files = await alignmentFiles(path, note);
    // The files of a folder have one name and one model beside them.
    const named = symbols === undefined ? await models.for(files[0] ?? path) : undefined;
    if (named !== undefined) labels.expectClasses(named.model.pdfs, named.name);
    note?.(`${path}: ${howRead(named?.name, symbols)}.`);
    for (const file of files) {
      const entries =
        symbols === undefined
          ? readEntries(file, { ...options, kind: 'integers' })
          : readSymbolLabels(pathOf(file), symbols);
      for await (const { key, integers } of entries) {
        const what = `${file}, key ${key}`;
        labels.add(
          key,
          named === undefined ? integers : alignmentToPdfs(named.model, integers, what),
          file,
        );
      }
    }
  }
  return labels.table(typeof paths === 'string' ? paths : paths.join(', '));
}

/** What a source's frames are labelled with, for the note. */
function howRead(model: string | undefined, symbols: string | undefined): string {
  if (symbols !== undefined) return `names become classes by ${symbols}`;
  if (model !== undefined) return `numbers are transition-ids, which become pdf-ids by ${model}`;
  return 'numbers are classes as they are';
}

/** A model and what errors call it. */
interface NamedModel {
  readonly name: string;
  readonly model: TransitionModel;
}

/** Finds the model for a source's numbers, reads each once, and refuses a second one that numbers classes otherwise. */
class ModelCache {
  readonly #read = new Map<string, NamedModel>();

  constructor(readonly options: ReadAlignmentsOptions) {}

  async for(file: string): Promise<NamedModel | undefined> {
    const { model, alreadyClasses = false } = this.options;
    if (typeof model === 'object') return { name: 'the model given', model };
    if (model !== undefined) return this.#once(model);
    if (alreadyClasses || !isCalledAlignment(file)) return undefined;
    const beside = await modelBeside(file);
    if (beside === undefined) {
      if (!isAlignmentJob(file)) return undefined;
      throw fault(
        { file },
        'holds transition-ids, by its name, but there is no final.mdl beside it.',
        {
          hint: 'Name the model that made the alignment (--model final.mdl; in a program, `model`). Numbers that are classes already want a file name of their own, such as pdf.1.gz (in a program, `alreadyClasses: true`).',
        },
      );
    }
    return this.#once(beside);
  }

  async #once(name: string): Promise<NamedModel> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const read = { name, model: await readTransitionModel(name) };
    const [first = read] = this.#read.values();
    if (!sameClasses(first.model, read.model)) {
      throw fault(
        { file: name },
        `has other classes (${read.model.pdfs} pdf-ids of ${read.model.transitions} transition-ids) than ${first.name} (${first.model.pdfs} of ${first.model.transitions}), expected alignments of one model.`,
        { hint: 'Align all of the data with one model, or leave out the folders of the others.' },
      );
    }
    this.#read.set(name, read);
    return read;
  }
}

/** Whether two models turn every transition-id into the same pdf-id: copies of one model do. */
function sameClasses(a: TransitionModel, b: TransitionModel): boolean {
  return (
    a.pdfs === b.pdfs &&
    a.pdfOf.length === b.pdfOf.length &&
    a.pdfOf.every((pdf, id) => pdf === b.pdfOf[id])
  );
}
