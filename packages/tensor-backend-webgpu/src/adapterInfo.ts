/** What an adapter says of itself; an older form of WebGPU says nothing without a call. */
export function infoOf(adapter: GPUAdapter): GPUAdapterInfo | undefined {
  return (adapter as { readonly info?: GPUAdapterInfo }).info;
}
