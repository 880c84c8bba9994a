import type { Io } from '../io';
import type { ParityRequest } from './parityRequest';
import { trainForParity } from './trainForParity';

/** The other side of `ParityProcess`: trains a step for each message, then says what it got. */
export async function answerParity(io: Io, request: ParityRequest): Promise<void> {
  let wanted = 0;
  let wake = (): void => undefined;
  const listen = (): void => {
    wanted += 1;
    wake();
  };
  process.on('message', listen);
  await trainForParity(io, request, async (message) => {
    while (wanted === 0) await new Promise<void>((resolve) => (wake = resolve));
    wanted -= 1;
    await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  });
  process.off('message', listen);
}
