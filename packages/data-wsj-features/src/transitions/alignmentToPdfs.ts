import { DataError } from '@bnrnn/core';
import type { TransitionModel } from './transitionModel';

/**
 * The pdf-id of each frame of an alignment, as Kaldi's `ali-to-pdf`.
 *
 * @param transitionIds  int32 [frames], from 1.
 * @param what  the alignment's name, for the error.
 * @throws DataError for an id that the model does not have.
 */
export function alignmentToPdfs(
  model: TransitionModel,
  transitionIds: Int32Array,
  what = 'alignmentToPdfs',
): Int32Array {
  return transitionIds.map((id, frame) => {
    const pdf = id > 0 ? model.pdfOf[id] : undefined;
    if (pdf !== undefined) return pdf;
    throw new DataError(
      `${what}: frame ${frame} has transition-id ${id}, but the model has 1 to ${model.transitions}.`,
      { hint: 'Is the model the one that made the alignment? Pdf-ids need no model.' },
    );
  });
}
