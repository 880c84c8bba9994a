export { exitStatus } from './exitStatus';
export { processIo, type Io } from './io';
export { runCli } from './runCli';
