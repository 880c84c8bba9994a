/** exp overflows a double at 709.8; sums of a whole epoch's batches must stay below it too. */
const largest = 690;

/** exp of a mean in nats; held below e^690, so that a diverging run still writes numbers. */
export function perplexityOf(nats: number): number {
  return Math.exp(Math.min(nats, largest));
}
