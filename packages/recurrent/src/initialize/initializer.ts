/**
 * How weights start, as plain data. Gains and shifts of normalizers start at their own values.
 *
 * - `uniform`: every parameter, biases too, U(−range, range): the PTB recipes.
 * - `glorot`: matrices U(±sqrt(6 / (rows + columns))), a gate at a time; vectors 0.
 * - `orthogonal`: matrices with orthonormal rows or columns, a gate at a time; vectors 0.
 *   `recurrent: 'identity'` starts each gate of U at the identity (Cooijmans et al.).
 * - `normal`: every parameter from the Gaussian of mean 0 and that standard deviation.
 * - `zeros`: everything 0.
 */
export type InitializerSpec =
  | { readonly kind: 'uniform'; readonly range: number }
  | { readonly kind: 'glorot' }
  | { readonly kind: 'orthogonal'; readonly recurrent: 'orthogonal' | 'identity' }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'zeros' };
