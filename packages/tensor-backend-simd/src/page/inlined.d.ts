/** A file's bytes in base64, put into the bundle when the package is built. */
declare module '*.wasm' {
  const base64: string;
  export { base64 as default };
}

/** A module with all that it imports, as one classic script. */
declare module '*?inline' {
  const code: string;
  export { code as default };
}
