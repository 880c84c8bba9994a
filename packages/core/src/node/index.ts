export { followLinks } from './followLinks';
export { OutputFile, writeOutput } from './outputFile';
export { makeTemporaryFolder, removeTemporaries } from './temporaries';
export { TemporaryFile } from './temporaryFile';
export { writeFullySync } from './writeFully';
