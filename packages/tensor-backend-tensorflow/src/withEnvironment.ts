/** Runs something with other environment variables, which native libraries read as they load. */
export function withEnvironment<Result>(
  changes: Readonly<Record<string, string>>,
  run: () => Result,
): Result {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, changes);
  try {
    return run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
