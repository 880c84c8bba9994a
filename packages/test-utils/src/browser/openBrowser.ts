import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { serveFolder } from './serveFolder';

export interface OpenBrowserOptions {
  /** Where Chromium lies, as `findChromium` tells it. */
  readonly program: string;
  /** The folder that the page sees as `/`. */
  readonly folder: string;
  /** More flags for Chromium, such as `webgpuFlags`. */
  readonly flags?: readonly string[];
  /** Whether the page has SharedArrayBuffer; true when absent. */
  readonly isolated?: boolean;
  /** Bytes that the page may store; what Chromium gives when absent. */
  readonly quotaBytes?: number;
  /** Size, touch and colours of the pages. */
  readonly context?: BrowserContextOptions;
  /** Milliseconds that one `run` may take; default two minutes. */
  readonly timeout?: number;
}

/** A page of a headless Chromium. */
export interface Browser {
  /**
   * Loads the page anew, imports `/MODULE` in it and awaits its `main(argument)`.
   *
   * @returns what `main` gives, as JSON carries it.
   * @throws Error with the page's own stack and console where the module cannot be imported or `main` throws.
   */
  run(module: string, argument?: unknown): Promise<unknown>;
  /** Where the folder is served, e.g. `http://127.0.0.1:8000`. */
  readonly origin: string;
  /** Another tab, to be driven; it shares what the others have stored. */
  newTab(): Promise<Page>;
  /** What the page wrote to its console so far: `error: ...`, `warning: ...`. */
  readonly console: readonly string[];
  close(): Promise<void>;
}

/** Flags with which Chromium has a WebGPU adapter on a machine without a GPU. */
export const webgpuFlags: readonly string[] = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** Opens a page in a headless Chromium of this machine. */
export async function openBrowser(options: OpenBrowserOptions): Promise<Browser> {
  const {
    program,
    folder,
    flags = [],
    isolated = true,
    quotaBytes,
    context,
    timeout = 120_000,
  } = options;
  const server = await serveFolder(folder, isolated);
  // Chromium's sandbox cannot be had as root, which containers run as.
  const browser = await chromium
    .launch({ executablePath: program, args: ['--no-sandbox', ...flags] })
    .catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
  const said: string[] = [];
  const tabs = await browser.newContext(context);
  const page = await tabs.newPage();
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.stack ?? error.message}`));
  if (quotaBytes !== undefined) {
    const session = await page.context().newCDPSession(page);
    const { origin } = server;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: quotaBytes });
  }
  await page.goto(`${server.origin}/`);
  return {
    console: said,
    origin: server.origin,
    newTab: () => tabs.newPage(),
    async run(module, argument) {
      // Every bundle brings a copy of tfjs, and all copies in a page share one engine.
      await page.goto(`${server.origin}/`);
      const source = `(async () => {
        try {
          const { main } = await import(${JSON.stringify(`/${module}`)});
          return { value: await main(${JSON.stringify(argument)}) };
        } catch (error) {
          return { failure: String(error?.stack ?? error) };
        }
      })()`;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`${module} ran for more than ${timeout} ms.\n${said.join('\n')}`));
        }, timeout);
      });
      const answer = page.evaluate<{ value?: unknown; failure?: string }>(source);
      try {
        const { value, failure } = await Promise.race([answer, late]);
        if (failure === undefined) return value;
        throw new Error(`${module} in the page: ${failure}\n${said.join('\n')}`);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
