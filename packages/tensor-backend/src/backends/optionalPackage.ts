/** An optional package that was found, or why it cannot be used. */
export type OptionalPackage<Module> =
  | { readonly module: Module }
  | { readonly missing: 'not installed' | 'not loadable'; readonly cause: Error };

/**
 * Imports a package that need not be installed. The specifier is a variable on purpose: a bundler
 * must not resolve it, and TypeScript must not want its types.
 */
export async function importOptional<Module>(specifier: string): Promise<OptionalPackage<Module>> {
  try {
    const module = (await import(/* @vite-ignore */ specifier)) as Module & { default?: Module };
    return { module: module.default ?? module };
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    // The package itself is missing, not something that it needs in turn.
    const isMissing =
      /MODULE_NOT_FOUND|Could not resolve|Failed to load url|Cannot find (module|package)/.test(
        `${(cause as NodeJS.ErrnoException).code ?? ''} ${cause.message}`,
      ) && cause.message.includes(specifier);
    return { missing: isMissing ? 'not installed' : 'not loadable', cause };
  }
}
