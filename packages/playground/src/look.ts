import { randomStream } from '@bnrnn/core';
import type { TextCorpus, TokenBatches } from '@bnrnn/data-ptb';
import { continueTokens, sampleIndex, type SequenceModel } from '@bnrnn/recurrent';
import type { Histogram, Look } from './messages';

const bins = 24;
const temperature = 0.8;
const tokensOfSample = { character: 160, word: 40 } as const;

/** What a model writes and holds at a step; `perplexity` is that of its last evaluation. */
export async function lookAt(
  model: SequenceModel,
  corpus: TextCorpus,
  valid: TokenBatches,
  { step, perplexity }: { readonly step: number; readonly perplexity: number },
): Promise<Look> {
  return {
    perplexity,
    sample: await sample(model, corpus, step),
    hidden: await hiddenOf(model, valid),
    normalizer: await normalizerOf(model),
  };
}

async function sample(model: SequenceModel, corpus: TextCorpus, step: number): Promise<string> {
  const { vocabulary } = corpus;
  const count = tokensOfSample[corpus.unit];
  const draws = randomStream('sample', 0).uniform(count, 0, 1, step);
  const prompt = [vocabulary.idOf('<eos>') ?? 0];
  const choose = (logits: Float32Array, position: number): number =>
    sampleIndex(logits, temperature, draws[position % count] ?? 0);
  const tokens: number[] = [];
  for await (const token of continueTokens(model, { prompt, choose })) {
    tokens.push(token);
    if (tokens.length === count) break;
  }
  return vocabulary.decode(tokens).trim();
}

async function hiddenOf(model: SequenceModel, valid: TokenBatches): Promise<Histogram> {
  for await (const { inputs, time, batch } of valid.batches(0, 0)) {
    const state = model.initialState(batch);
    const result = model.forward({ ids: inputs, time, batch }, state, {
      mode: 'stored',
      training: false,
      step: 0,
    });
    const values = await result.hidden.data();
    for (const made of [...state, result.hidden, ...result.state]) made.dispose();
    return histogram(values);
  }
  return histogram([]);
}

async function normalizerOf(model: SequenceModel): Promise<Record<string, Histogram>> {
  const [path] = model.normalizers.keys();
  if (path === undefined) return {};
  const gain = model.parameters.get(`${path}.gain`);
  const tensors = { ...model.statistics.get(path), ...(gain && { gain }) };
  const entries = Object.entries(tensors).map(
    async ([name, tensor]) => [name, histogram(await tensor.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Counts of the finite values between the least and the largest. */
function histogram(values: ArrayLike<number>): Histogram {
  const finite = Array.from(values).filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = new Array<number>(bins).fill(0);
  if (finite.length === 0) return { low: 0, high: 0, counts };
  for (const value of finite) {
    const at = Math.min(bins - 1, Math.floor(((value - low) / (high - low || 1)) * bins));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { low, high, counts };
}
