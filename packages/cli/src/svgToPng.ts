import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const { resolve } = createRequire(import.meta.url);

/** Pixels of a unit of the drawing. */
const zoom = 2;

/** The font of every text, whatever the drawing names and the machine has: the same drawing gives the same bytes. */
const font = 'DejaVu Sans';

let ready: Promise<Uint8Array> | undefined;

/** Draws an SVG file, with two pixels for each of its units, and returns a PNG file. */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const fontFile = await (ready ??= prepare());
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      loadSystemFonts: false,
      fontBuffers: [fontFile],
      defaultFontFamily: font,
      sansSerifFamily: font,
    },
  });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}

/** Starts the renderer and reads the font, once. */
async function prepare(): Promise<Uint8Array> {
  const [renderer, fontFile] = await Promise.all([
    readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')),
    readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  ]);
  await initWasm(renderer);
  return fontFile;
}
