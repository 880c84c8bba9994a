export { continueEvents, type ContinuedEvents } from './continueEvents';
export { jsonLines, type EventLog } from './jsonLines';
export { readRun } from './readRun';
