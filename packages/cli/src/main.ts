#!/usr/bin/env node
import { processIo } from './io';
import { runCli } from './runCli';

// Threads of a backend may still be alive: the process ends when the command has.
process.exit(await runCli(process.argv.slice(2), processIo()));
