import type { DroppedUtterance, UtteranceBatches } from '@bnrnn/data-wsj-features';
import type { FeatureSettings, SpeechCorpus, SpeechSplit } from '@bnrnn/experiments';

const count = (value: number): string => value.toLocaleString('en-US');

/** What a user should know about the data of a frame classifier before it is used. */
export function speechLines(
  { info, train, dev, withoutFeatures }: SpeechCorpus,
  settings: FeatureSettings,
  batches: UtteranceBatches,
): string[] {
  const digests = Object.entries(info.sha256).map(
    ([split, sha256]) => `${split} ${sha256.slice(0, 16)}`,
  );
  const tooLong = batches.tooLong.length;
  const without = withoutFeatures.length;
  return [
    `corpus ${info.name}: ${count(info.classes)} classes; ${count(train.frames)} train, ${count(dev.frames)} valid frames`,
    `SHA-256 ${digests.join(', ')}`,
    featureLine(train, settings),
    `${splitText(train)}${tooLong === 0 ? '' : `, ${count(tooLong)} too long to train on`}`,
    splitText(dev),
    ...(without === 0
      ? []
      : [`${count(without)} aligned utterances have no features in either directory`]),
  ];
}

/** How a frame is made of what the archives hold. */
function featureLine(split: SpeechSplit, settings: FeatureSettings): string {
  const { features, storedFeatures } = split;
  const cmvn = settings['data.cmvn'].value;
  const deltas = settings['data.deltas'].value;
  const normalized = cmvn === 'none' ? 'not normalized' : `normalized by ${cmvn} of each speaker`;
  const orders = deltas === 0 ? 'no deltas' : `deltas of order ${deltas}`;
  return `frames of ${storedFeatures} values, ${normalized}, ${orders}: ${features.columns} inputs`;
}

/** The utterances of a directory, and why some of them are left out. */
export function splitText({ directory, utterances, dropped }: SpeechSplit): string {
  const reasons = [...reasonCounts(dropped)].map(([reason, many]) => `${many} ${reason}`);
  const left = reasons.length === 0 ? '' : `, left out: ${reasons.join(', ')}`;
  return `${directory}: ${count(utterances.length)} utterances${left}`;
}

function reasonCounts(dropped: readonly DroppedUtterance[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of dropped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
