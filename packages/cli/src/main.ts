#!/usr/bin/env node
import { processIo } from './io';
import { runCli } from './runCli';

void runCli(process.argv.slice(2), processIo()).then((status) => {
  // Threads of a backend may still be alive: the process ends once everything is written.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
});
