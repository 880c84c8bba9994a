/**
 * Writes a number as Kaldi's text files have it: C++'s default format with 7 significant digits (`printf`'s `%.7g`).
 *
 * Exact ties go to the even digit as in glibc; JavaScript's own `toPrecision` takes them up.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const scientific = isTie(value) ? tieToEven(value) : value.toExponential(digits - 1);
  const at = scientific.indexOf('e');
  const exponent = Number(scientific.slice(at + 1));
  if (exponent < -4 || exponent >= digits) {
    const mantissa = withoutTrailingZeros(scientific.slice(0, at));
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return withoutTrailingZeros(placePoint(scientific.slice(0, at), exponent));
}

const digits = 7;

/** Whether the value stands exactly between two numbers of 7 digits. */
function isTie(value: number): boolean {
  // A tie is an odd multiple of 5 · 10^(e - 7), so a power of two close to 10^-e makes it whole: few values pass.
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (!Number.isInteger(value * 2 ** (digits + 1 - exponent))) return false;
  return /^\D*\d\.\d{6}50*e/.test(value.toExponential(99));
}

function tieToEven(value: number): string {
  const exact = value.toExponential(digits);
  const up = value.toExponential(digits - 1);
  const kept = Number(exact.at(exact.indexOf('e') - 2));
  // Cutting the last digit, a 5, is rounding towards zero.
  return kept % 2 === 1 ? up : exact.replace(/5e/, 'e');
}

/** `d.dddddd` and an exponent from -4 to 6 as a plain decimal. */
function placePoint(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const figures = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${figures}`;
  return `${sign}${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}
