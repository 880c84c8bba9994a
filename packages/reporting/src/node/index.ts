export { jsonLines } from './jsonLines';
export { readRun } from './readRun';
export { truncateEvents } from './truncateEvents';
