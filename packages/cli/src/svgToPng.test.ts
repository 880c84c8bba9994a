import { expect, test } from 'vitest';
import { svgToPng } from './svgToPng';

const drawing = (text: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40">` +
  `<rect width="120" height="40" fill="#ffffff"/><text x="4" y="24" font-family="system-ui, Arial, sans-serif">${text}</text></svg>`;

test('a drawing becomes a picture of twice its size, the same bytes each time', async () => {
  const png = Buffer.from(await svgToPng(drawing('h·U − W·x')));
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([240, 80]);
  expect(Buffer.from(await svgToPng(drawing('h·U − W·x')))).toEqual(png);
});

test('text is drawn, whatever fonts the machine has', async () => {
  const [none, some] = await Promise.all([svgToPng(drawing('')), svgToPng(drawing('loss'))]);
  expect(some.length).toBeGreaterThan(none.length);
});

test('what is no drawing is refused', async () => {
  await expect(svgToPng('nothing')).rejects.toThrow();
});
