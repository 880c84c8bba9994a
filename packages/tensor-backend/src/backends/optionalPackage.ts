/** An optional package that was found, or why it cannot be used. */
export type OptionalPackage<Module> =
  | { readonly module: Module }
  | { readonly missing: 'not installed' | 'not loadable'; readonly cause: Error };

/**
 * Settles the import of a package that need not be installed:
 * `import('name').then(found, missing('name'))`. The specifier stands there as a literal, so that a
 * bundler takes the package in; with the second handler it accepts that the package is not there.
 */
export function found<Module>(
  module: Module & { default?: Module | undefined },
): OptionalPackage<Module> {
  return { module: module.default ?? module };
}

/** What to do with an import that failed; see `found`. */
export function missing(packageName: string): (error: unknown) => OptionalPackage<never> {
  return (error) => {
    const cause = error instanceof Error ? error : new Error(String(error));
    const code = 'code' in cause ? String(cause.code) : '';
    // The package itself is missing, not something that it needs in turn.
    const isMissing =
      /MODULE_NOT_FOUND|Could not resolve|Failed to load url|Cannot find (module|package)/.test(
        `${code} ${cause.message}`,
      ) && cause.message.includes(packageName);
    return { missing: isMissing ? 'not installed' : 'not loadable', cause };
  };
}
