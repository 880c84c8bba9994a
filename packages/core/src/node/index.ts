export { followLinks } from './followLinks';
export { OutputFile, writeOutput } from './outputFile';
export { removeTemporaries, trackTemporary } from './temporaries';
export { TemporaryFile } from './temporaryFile';
export { writeFullySync } from './writeFully';
