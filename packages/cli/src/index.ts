export { exitStatus } from './failure';
export { processIo, type Io } from './io';
export { runCli } from './runCli';
