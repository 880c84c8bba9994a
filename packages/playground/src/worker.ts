import { strategyNames } from '@bnrnn/normalization';
import type { Report, Request } from './messages';
import { Session } from './session';

/** Trains for the page, which never waits for it. */
const send = (report: Report): void => globalThis.postMessage(report);

let session: Session | undefined;

globalThis.onmessage = ({ data: request }: MessageEvent<Request>) => {
  void answer(request).catch((error: unknown) => {
    const { message, hint } = error as Error & { hint?: string };
    send({ type: 'failed', message, ...(hint !== undefined && { hint }) });
  });
};

async function answer(request: Request): Promise<void> {
  if (request.type === 'train') {
    session = new Session(request, send);
    await session.run();
  } else if (request.type === 'export') {
    if (session !== undefined) send({ type: 'files', files: await session.files() });
  } else {
    session?.hold(request.type === 'pause');
  }
}

send({ type: 'ready', strategies: strategyNames.filter((name) => name !== 'none') });
