import { existsSync } from 'node:fs';

/** The software driver that Debian's chromium brings: tests run on it unless the environment names another. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';

if (existsSync(swiftshader)) process.env['VK_ICD_FILENAMES'] ??= swiftshader;
