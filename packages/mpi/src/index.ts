export { findEngine, type Engine } from './findEngine';
export { findMpi, type MpiSearch } from './findMpi';
export { launchOf, type Launch, type MpiFamily } from './launcher';
export type { MpiAbi } from './abi';
export type { LoadedMpi, MpiFunctions } from './loadMpi';
export type { MpiCollective } from './mpiCollective';
export { MpiError } from './mpiError';
export { startMpi } from './startMpi';
