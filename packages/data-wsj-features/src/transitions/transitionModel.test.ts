import { DataError } from '@bnrnn/core';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tagged } from '../../test/support/kaldiBytes';
import {
  binaryModel,
  pdfsOfTriples,
  pdfsOfTuples,
  phonesOfIds,
  textModel,
  type TupleForm,
} from '../../test/support/models';
import { temporaryFolder } from '../../test/support/temporaryFolder';
import { alignmentToPdfs } from './alignmentToPdfs';
import { readTransitionModel } from '../node/transitions/readTransitionModel';

const folder = temporaryFolder();
const forms: TupleForm[] = ['Triples', 'Tuples'];
const read = (content: Buffer | string): ReturnType<typeof readTransitionModel> =>
  readTransitionModel(folder.write('final.mdl', content));

/** The binary model with some bytes put in place of others of the same length. */
function patched(form: TupleForm, find: Buffer, replace: Buffer, nth = 0): Buffer {
  const model = Buffer.from(binaryModel(form));
  let at = -1;
  for (let i = 0; i <= nth; i++) at = model.indexOf(find, at + 1);
  replace.copy(model, at);
  return model;
}

describe('readTransitionModel', () => {
  it.each(forms)(
    'numbers transitions along the <%s>, self-loops with their own pdf',
    async (form) => {
      const pdfs = form === 'Tuples' ? pdfsOfTuples : pdfsOfTriples;
      const expected = {
        pdfs: Math.max(...pdfs) + 1,
        transitions: 9,
        pdfOf: Int32Array.of(-1, ...pdfs),
        phoneOf: Int32Array.of(-1, ...phonesOfIds),
      };
      expect(await read(binaryModel(form))).toEqual(expected);
      expect(await read(textModel(form))).toEqual(expected);
      expect(await read(gzipSync(binaryModel(form)))).toEqual(expected);
    },
  );

  it.each(forms)('refuses a model that is cut off at any byte: <%s>', async (form) => {
    const binary = binaryModel(form);
    const text = Buffer.from(textModel(form));
    // What stands behind the probabilities is not read.
    const cut = [
      ...Array.from({ length: binary.indexOf('</LogProbs>') }, (_, i) => binary.subarray(0, i)),
      ...Array.from({ length: text.indexOf(']') }, (_, i) => text.subarray(0, i)),
    ];
    for (const part of cut) {
      const error: unknown = await read(part).catch((cause: unknown) => cause);
      expect(error, `${part.length} bytes`).toBeInstanceOf(DataError);
      expect(String(error)).toMatch(/final\.mdl, byte \d+: /);
    }
  });

  it.each(forms)(
    'refuses a packed model that ends within its probabilities: <%s>',
    async (form) => {
      // No file length vouches for their count here.
      const model = binaryModel(form);
      const end = model.indexOf('</LogProbs>');
      for (const missing of [1, 4, 12]) {
        await expect(read(gzipSync(model.subarray(0, end - missing)))).rejects.toThrow(
          /ends in the middle of the probabilities/,
        );
      }
    },
  );

  it.each([
    [
      'another file',
      Buffer.from('\0B<Nnet> '),
      /byte 2: holds "<Nnet>", expected <TransitionModel>/,
    ],
    ['an archive', Buffer.from('utt \0BFM '), /byte 0: holds "utt", expected <TransitionModel>/],
    ['nothing', Buffer.from(''), /byte 0: the file ends/],
    [
      'more phones than bytes',
      patched('Triples', tagged(3), tagged(2 ** 31 - 1)),
      /byte 36: 8589934588 bytes are needed for the phones, but \d+ are left/,
    ],
    [
      'a phone without topology',
      patched('Triples', Buffer.from([1, 0, 0, 0, 1, 0, 0, 0]), Buffer.from([9])),
      /phone 2 has no topology/,
    ],
    [
      'a state outside the topology',
      textModel('Triples').replace('3 0 7', '3 5 7'),
      /transition state 5 \(phone 3, state 5\) is not in the topology/,
    ],
    [
      'a negative pdf',
      textModel('Triples').replace('3 0 7', '3 0 -7'),
      /transition state 5 \(phone 3, state 0\) has the pdfs -7 and -7/,
    ],
    [
      'other counts',
      textModel('Triples').replace('-0.5 -0.5', '-0.5'),
      /has 9 probabilities before this, expected 10 for 9 transition-ids/,
    ],
    [
      'a state out of order',
      textModel('Tuples').replace('<State> 1', '<State> 2'),
      /state 2 stands where 1 should/,
    ],
    [
      'too few rows',
      textModel('Triples').replace('> 5 \n', '> 6 \n'),
      /"<\/Triples>" stands before this/,
    ],
    [
      'letters',
      textModel('Triples').replace('2 3 \n', '2 x \n'),
      /"x" stands before this, expected a phone/,
    ],
  ])('refuses %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });
});

describe('alignmentToPdfs', () => {
  it('maps each frame, and refuses ids that the model does not have', async () => {
    const model = await read(binaryModel('Tuples'));
    expect(alignmentToPdfs(model, Int32Array.of(1, 9, 2, 1))).toEqual(Int32Array.of(5, 8, 0, 5));
    for (const id of [0, 10, -1]) {
      expect(() => alignmentToPdfs(model, Int32Array.of(1, id), 'ali.1.gz, key a')).toThrow(
        `ali.1.gz, key a: frame 1 has transition-id ${id}, but the model has 1 to 9.`,
      );
    }
  });
});
