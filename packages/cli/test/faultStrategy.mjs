// Normalizes nothing, and lets rank 1 fail in the middle of its training, as the environment says:
//
//   FAULT=diverge | throw | memory      what happens
//   FAULT_FOLDER=CHECKPOINTS            it happens once two checkpoints stand there
//   FAULT_AT=FILE                       gets the time at which it happens, milliseconds of Date.now()
import { readdirSync, writeFileSync } from 'node:fs';
import { clone, mul } from '@tensorflow/tfjs-core';

const { FAULT, FAULT_FOLDER = '', FAULT_AT = '', PMI_RANK, OMPI_COMM_WORLD_RANK } = process.env;
const isMine = FAULT !== undefined && (PMI_RANK ?? OMPI_COMM_WORLD_RANK) === '1';

function isTime() {
  try {
    return readdirSync(FAULT_FOLDER).filter((name) => name.endsWith('.json')).length >= 2;
  } catch {
    return false;
  }
}

const faults = {
  diverge: (x) => mul(x, Infinity),
  throw: () => {
    throw new Error('the strategy is at its end');
  },
  memory: () => {
    for (const all = []; ;) all.push(Array.from({ length: 1e6 }, Math.random));
  },
};

export default {
  kind: 'fault',
  create: () => ({
    spec: { kind: 'fault' },
    needs: 'row',
    init: () => ({ parameters: {}, statistics: {} }),
    apply: (x) => {
      if (!isMine || !isTime()) return { y: clone(x) };
      writeFileSync(FAULT_AT, `${Date.now()}`);
      return { y: faults[FAULT](x) };
    },
  }),
};
