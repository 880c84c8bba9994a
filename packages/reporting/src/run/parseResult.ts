import { statisticsChoices } from '@bnrnn/core';
import { fieldsOf, type Fields } from './fields';
import type { LeftOut, RunEvaluation, RunResult } from './run';

/**
 * Reads the value of a `result.json`; fields it does not know are left alone.
 *
 * @throws DataError naming file and field.
 */
export function parseResult(value: unknown, where: string): RunResult {
  const fields = fieldsOf(value, where);
  const best = fields.has('best') ? fields.object('best') : undefined;
  const diverged = fields.has('diverged') ? fields.object('diverged') : undefined;
  return {
    steps: fields.number('steps'),
    epochs: fields.number('epochs'),
    firstLoss: fields.number('firstLoss'),
    lastLoss: fields.number('lastLoss'),
    unitsPerSecond: fields.number('unitsPerSecond'),
    seconds: fields.number('seconds'),
    ...(fields.has('precision') ? { precision: fields.text('precision') } : {}),
    ...(best === undefined
      ? {}
      : {
          best: {
            epoch: best.number('epoch'),
            nllPerUnit: best.number('nllPerUnit'),
            perplexity: best.number('perplexity'),
            ...optional('frameErrorRate', best),
          },
        }),
    evaluations: fields.has('evaluations') ? fields.objects('evaluations').map(evaluation) : [],
    ...(fields.has('leftOut') ? { leftOut: fields.objects('leftOut').map(leftOut) } : {}),
    ...(diverged === undefined
      ? {}
      : { diverged: { step: diverged.number('step'), message: diverged.text('message') } }),
  };
}

function evaluation(fields: Fields): RunEvaluation {
  return {
    split: fields.oneOf('split', ['train', 'valid', 'test']),
    statistics: fields.oneOf('statistics', statisticsChoices),
    nllPerUnit: fields.number('nllPerUnit'),
    perplexity: fields.number('perplexity'),
    perplexityMeanOfBatches: fields.number('perplexityMeanOfBatches'),
    ...optional('frameErrorRate', fields),
    ...optional('recalibrationBatches', fields),
    ...optional('units', fields),
  };
}

function leftOut(fields: Fields): LeftOut {
  return {
    split: fields.oneOf('split', ['train', 'valid']),
    reason: fields.text('reason'),
    keys: fields.texts('keys'),
  };
}

function optional<Name extends string>(name: Name, fields: Fields): { [name in Name]?: number } {
  return fields.has(name) ? ({ [name]: fields.number(name) } as { [name in Name]: number }) : {};
}
