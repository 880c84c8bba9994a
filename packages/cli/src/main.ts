#!/usr/bin/env node
import { processIo } from './io';
import { runCli } from './runCli';

// Threads of a backend may still be alive: the process ends when the command has.
void runCli(process.argv.slice(2), processIo()).then((status) => process.exit(status));
