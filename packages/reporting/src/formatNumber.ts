/** What a cell without a value shows. */
export const absent = '–';

/** Nats, three decimals. */
export function formatNats(value: number): string {
  return value.toFixed(3);
}

/** A perplexity, one decimal, thousands separated. */
export function formatPerplexity(value: number): string {
  return value >= 1e7 ? value.toExponential(2) : groupThousands(value.toFixed(1));
}

/** A share of one as a percentage with two decimals. */
export function formatShare(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

/** A whole number, thousands separated. */
export function formatCount(value: number): string {
  return groupThousands(value.toFixed(0));
}

/** Seconds as `4.2 s` below ten, then `m:ss` or `h:mm:ss`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function groupThousands(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
