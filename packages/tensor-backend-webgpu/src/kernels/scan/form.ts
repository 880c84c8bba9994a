import {
  gateCounts,
  insidePlacements,
  servesPlacements,
  type CellKind,
  type InsidePlacement,
  type KernelCall,
  type ScanNormalizerSpec,
  type scanOp,
} from '@bnrnn/tensor-backend';

export type ScanCall = KernelCall<typeof scanOp>;

/** What normalizes at a placement: the rows of a batch, stored statistics, or the features of a row. */
export type Kind = 'none' | 'batch' | 'stored' | 'layer';

/** What the text of a scan's programs depends on. */
export interface ScanForm {
  readonly cell: CellKind;
  readonly gates: number;
  readonly rectifies: boolean;
  readonly kinds: Readonly<Record<InsidePlacement, Kind>>;
}

export function formOf({ cell, activation, normalize, mode }: ScanCall['attributes']): ScanForm {
  const kind = (spec: ScanNormalizerSpec | undefined): Kind => {
    if (spec === undefined || spec.kind === 'none') return 'none';
    if (spec.kind === 'layer') return 'layer';
    return mode === 'stored' ? 'stored' : 'batch';
  };
  return {
    cell,
    gates: gateCounts[cell],
    rectifies: cell === 'rnn' && activation === 'relu',
    kinds: {
      hiddenToHidden: kind(normalize.hiddenToHidden),
      preActivation: kind(normalize.preActivation),
      cell: kind(normalize.cell),
    },
  };
}

export function kindsOf({ kinds }: ScanForm): Kind[] {
  return insidePlacements.map((name) => kinds[name]);
}

/** Features that a placement normalizes. */
export function featuresAt({ gates }: ScanForm, name: InsidePlacement, units: number): number {
  return name === 'cell' ? units : gates * units;
}

/**
 * Whether the kernels know every specification, and the batch has the rows that it needs. A workgroup owns whole rows or
 * whole columns: a scan has batch or layer normalization inside, not both.
 */
export function servesForm(call: ScanCall): boolean {
  if (call.attributes.cell === 'lstm' && call.inputs.cell0 === undefined) return false;
  const kinds = kindsOf(formOf(call.attributes));
  const overRows = kinds.some((kind) => kind === 'batch' || kind === 'stored');
  return !(overRows && kinds.includes('layer')) && servesPlacements(call);
}
