export { claimsTable } from './claims/claimsTable';
export { isDiverged, lastTrainingLoss } from './claims/measures';
export { judgeClaims, type JudgedClaim, type Verdict } from './claims/judgeClaims';
export { paperClaims } from './claims/paperClaims';
export {
  compareRuns,
  type ComparedGroup,
  type Comparison,
  type Quality,
} from './compare/compareRuns';
export type { RunGroup } from './compare/runGroup';
export type { RunSummary } from './compare/runSummary';
export type { Spread } from './compare/spread';
export type { EventConsumer } from './events/eventConsumer';
export { progress, type ProgressOptions, type ProgressStream } from './progress/progress';
export { parseRun, type RunTexts } from './run/parseRun';
export type { Run, RunConfig } from './run/run';
export { comparisonTable } from './table/comparisonTable';
export {
  reproductionSvg,
  type ReproducedCurve,
  type ReproductionSvgOptions,
} from './reproduce/reproductionSvg';
export {
  reproductionTable,
  type ReproducedModel,
  type ReproducedPair,
} from './reproduce/reproductionTable';
export { meanInterval } from './statistics/meanInterval';
export { sweepTable, type SweepPoint } from './sweep/sweepTable';
export type { TableFormat } from './table/writeTable';
export { curvesSvg } from './curves/curvesSvg';
export { curveKindsOf, type CurveKind } from './curves/curve';
export { htmlReport } from './html/htmlReport';
