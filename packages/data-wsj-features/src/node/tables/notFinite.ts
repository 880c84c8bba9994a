/** The first value that is NaN or infinite, −1 for none. A plain loop: every value that is trained on passes here. */
export function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

/** The sentence about features [frames, columns] that hold such values: how many, and where the first is. */
export function describeNotFinite(values: Float32Array, columns: number): string {
  let nan = 0;
  let infinite = 0;
  for (const value of values) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
  }
  const first = firstNotFinite(values);
  const counts = [
    ...(nan > 0 ? [`${nan} NaN`] : []),
    ...(infinite > 0 ? [`${infinite} inf`] : []),
  ].join(' and ');
  const where = `${values[first] ?? NaN} at frame ${Math.floor(first / columns)}, column ${first % columns}`;
  return `the features hold ${counts} of ${values.length} values, the first ${where}, counted from 0.`;
}
