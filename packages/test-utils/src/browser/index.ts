export { findChromium } from './findChromium';
export { openBrowser, webgpuFlags, type Browser, type OpenBrowserOptions } from './openBrowser';
