#!/usr/bin/env node
import { processIo } from './io';
import { runCli } from './runCli';

// A process of a plan whose parent is gone saves and ends.
if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

void runCli(process.argv.slice(2), processIo()).then((status) => {
  // Threads of a backend may still be alive: the process ends once everything is written.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
});
