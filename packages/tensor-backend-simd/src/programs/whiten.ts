import { program } from '../threads/program';
import { ownRange } from '../threads/thread';
import { clear } from './clear';
import { realRows, realRowsAt } from './realRows';

/** Rows of a group that a kernel packs at a time. */
const blockRows = 64;

/** Numbers of room that a kernel on groups of `size` features needs for each thread. */
export function groupRoom(size: number): number {
  const width = Math.ceil(size / 4) * 4;
  return (2 * blockRows + size + 2) * width;
}

/** Numbers of room that the kernels of `size` by `size` matrices need for each thread: four in the lanes of each vector. */
export function matrixRoom(size: number, iterations: number): number {
  return (iterations + 10) * size * size * 4;
}

/** Mean [S, F] and covariance [S, G, n, n] of x [T, B, F], of each step or of all. A thread owns a range of groups. */
export const groupMoments = program(
  ['time batch features sets size', 'x lengths', 'mean covariance room'],
  (thread, given) => {
    const { time, batch, features, sets, size, x, lengths, mean, covariance } = given;
    const rows = (time / sets) * batch;
    const [start, end] = ownRange(thread, features / size);
    const room = given.room + thread.part * groupRoom(size) * 4;
    for (let set = 0; set < sets; set++) {
      thread.kernels.groupMoments(
        x + set * rows * features * 4,
        ...([lengths, batch, set * rows] as const),
        mean + set * features * 4,
        covariance + set * features * size * 4,
        ...([rows, features, size, start, end, room] as const),
      );
    }
  },
);

/** Its gradient: dx [T, B, F]. */
export const groupMomentsGradient = program(
  ['time batch features sets size', 'x lengths mean dMean dCovariance', 'dx room'],
  (thread, given) => {
    const { time, batch, features, sets, size, x, lengths, mean, dMean, dCovariance, dx } = given;
    const rows = (time / sets) * batch;
    const [start, end] = ownRange(thread, features / size);
    const room = given.room + thread.part * groupRoom(size) * 4;
    for (let set = 0; set < sets; set++) {
      const real = sets === time ? realRowsAt(thread, given, set) : realRows(thread, given, time);
      thread.kernels.groupMomentsGradient(
        x + set * rows * features * 4,
        ...([lengths, batch, set * rows] as const),
        mean + set * features * 4,
        dMean + set * features * 4,
        dCovariance + set * features * size * 4,
        dx + set * rows * features * 4,
        ...([rows, real, features, size, start, end, room] as const),
      );
    }
  },
);

/** The whitening matrices of `count` covariances [n, n]. A thread owns a range of them. */
export const whiteningMatrix = program(
  ['method count size iterations epsilon', 'covariance', 'matrix room'],
  (thread, given) => {
    const { method, count, size, iterations, epsilon, covariance, matrix } = given;
    const room = given.room + thread.part * matrixRoom(size, iterations) * 4;
    thread.kernels.whiteningMatrix(
      ...([method, covariance, matrix, ...ownRange(thread, count, 4)] as const),
      ...([size, iterations, epsilon, room] as const),
    );
  },
);

/** Its gradient: dCovariance. */
export const whiteningMatrixGradient = program(
  ['method count size iterations epsilon', 'covariance matrix dMatrix', 'dCovariance room'],
  (thread, given) => {
    const { method, count, size, iterations, epsilon } = given;
    const { covariance, matrix, dMatrix, dCovariance } = given;
    const room = given.room + thread.part * matrixRoom(size, iterations) * 4;
    thread.kernels.whiteningMatrixGradient(
      ...([method, covariance, matrix, dMatrix, dCovariance] as const),
      ...([...ownRange(thread, count, 4), size, iterations, epsilon, room] as const),
    );
  },
);

/** y = gain·(x − mean)·A + shift, each group by its matrix, of each step or one for all. A thread owns a range of groups. */
export const whitenGroups = program(
  ['time batch features sets size', 'x lengths mean matrix gain shift', 'y room'],
  (thread, given) => {
    const { time, batch, features, sets, size, x, lengths, mean, matrix, gain, shift, y } = given;
    const rows = (time / sets) * batch;
    const [start, end] = ownRange(thread, features / size);
    const room = given.room + thread.part * groupRoom(size) * 4;
    for (let set = 0; set < sets; set++) {
      thread.kernels.whitenGroups(
        x + set * rows * features * 4,
        ...([lengths, batch, set * rows] as const),
        mean + set * features * 4,
        matrix + set * features * size * 4,
        ...([gain, shift, y + set * rows * features * 4] as const),
        ...([rows, features, size, start, end, room] as const),
      );
    }
  },
);

/** Its gradient: dx, dMean, dMatrix, dGain and dShift (0 for none). */
export const whitenGroupsGradient = program(
  [
    'time batch features sets size',
    'x dy lengths mean matrix gain',
    'dx dMean dMatrix dGain dShift room',
  ],
  (thread, given) => {
    const { time, batch, features, sets, size, x, dy, lengths, mean, matrix, gain } = given;
    const { dx, dMean, dMatrix, dGain, dShift } = given;
    const rows = (time / sets) * batch;
    const [start, end] = ownRange(thread, features / size);
    const room = given.room + thread.part * groupRoom(size) * 4;
    clear(thread, dGain + start * size * 4, (end - start) * size);
    if (dShift !== 0) clear(thread, dShift + start * size * 4, (end - start) * size);
    for (let set = 0; set < sets; set++) {
      thread.kernels.whitenGroupsGradient(
        x + set * rows * features * 4,
        dy + set * rows * features * 4,
        ...([lengths, batch, set * rows] as const),
        mean + set * features * 4,
        matrix + set * features * size * 4,
        gain,
        dx + set * rows * features * 4,
        dMean + set * features * 4,
        dMatrix + set * features * size * 4,
        ...([dGain, dShift, rows, features, size, start, end, room] as const),
      );
    }
  },
);
