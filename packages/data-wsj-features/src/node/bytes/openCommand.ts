import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import type { ByteSource } from '../../bytes/byteSource';
import { fault, printable } from '../../bytes/fault';
import { StreamSource, type OpenStream } from './streamSource';

/** What a shell command writes. The caller has been allowed to run it; nothing runs before the first read. */
export function openCommand(command: string): ByteSource {
  return new StreamSource(`the command "${printable(command, 120)}"`, () => run(command));
}

function run(command: string): OpenStream {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = new PassThrough();
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (said = (said + text).slice(-500)));
  child.stdout.pipe(output, { end: false });
  child.on('error', (cause) => output.destroy(cause));
  child.on('close', (status, signal) => {
    if (status === 0) return void output.end();
    const last = said.trim().split('\n').at(-1) ?? '';
    const how = status === null ? `was ended by ${String(signal)}` : `ended with status ${status}`;
    output.destroy(
      fault({ file: `the command "${printable(command, 120)}"` }, `${how}. ${last}`.trim()),
    );
  });
  const stop = (): void => {
    child.stdout.destroy();
    child.kill();
    output.destroy();
  };
  return { stream: output, stop };
}
