import { darkPalette, lightPalette, type Palette } from '../curves/palette';

/** The chart colours as the page's variables, so that charts follow light, dark and print. */
export const pagePalette: Palette = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  background: null,
  series: lightPalette.series.map((_, index) => `var(--series-${index})`),
};

interface PageColours {
  page: string;
  panel: string;
  rule: string;
  accent: string;
}

function variables(palette: Palette, colours: PageColours): string {
  const { page, panel, rule, accent } = colours;
  return [
    `--ink:${palette.ink};--muted:${palette.muted};--grid:${palette.grid};`,
    `--page:${page};--panel:${panel};--rule:${rule};--accent:${accent};`,
    ...palette.series.map((colour, index) => `--series-${index}:${colour};`),
  ].join('');
}

const light = variables(lightPalette, {
  page: '#ffffff',
  panel: '#f6f7f9',
  rule: '#d5dae1',
  accent: '#9a4a00',
});
const dark = variables(darkPalette, {
  page: '#14181f',
  panel: '#1c222b',
  rule: '#39424f',
  accent: '#f0b072',
});

/** The page's style sheet. */
export const styles = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:56rem;margin:0 auto;padding:3.5rem 1.5rem 5rem}
header{border-bottom:1px solid var(--rule);padding-bottom:1.75rem}
.eyebrow{margin:0;color:var(--muted);font-size:.875rem}
h1{margin:.35rem 0 1rem;font-size:clamp(1.6rem,1.2rem + 1.8vw,2.25rem);line-height:1.2;letter-spacing:-.015em;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:3.25rem 0 .75rem;font-size:1.3rem;line-height:1.3;letter-spacing:-.005em;font-weight:650}
h3{margin:2rem 0 .5rem;font-size:1rem;font-weight:650}
p{margin:.6rem 0;max-width:44rem}
.summary{font-size:1.0625rem}
dl.measures{display:flex;flex-wrap:wrap;gap:1.25rem 3rem;margin:1.75rem 0 0}
dl.measures div{display:flex;flex-direction:column-reverse;max-width:17rem}
dl.measures dt{color:var(--muted);font-size:.875rem;line-height:1.4}
dl.measures dd{margin:0 0 .2rem;font-size:2rem;line-height:1.15;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
dl.measures dd small{font-size:.9375rem;font-weight:400;letter-spacing:0;color:var(--muted)}
figure{margin:1.75rem 0 0}
figure svg{display:block;width:100%;min-width:34rem;height:auto}
figcaption,.note{color:var(--muted);font-size:.875rem;line-height:1.5;max-width:44rem}
figcaption{margin-top:.5rem}
.note{margin:.4rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:1.5rem 0 .5rem;font-size:.9375rem;line-height:1.45;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:650;padding-bottom:.6rem}
th,td{padding:.42rem .9rem .42rem 0;text-align:left;vertical-align:baseline;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-size:.8125rem;vertical-align:bottom;border-bottom:1px solid var(--ink)}
tbody tr.first>*{border-top:1px solid var(--grid)}
tbody tr.first:first-child>*{border-top:0}
tbody tr:last-child>*{border-bottom:1px solid var(--ink)}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
td.note-cell{color:var(--muted);font-size:.875rem}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8125rem}
code{overflow-wrap:anywhere}
th code{font-weight:500;overflow-wrap:normal;white-space:nowrap}
.name{white-space:nowrap}
pre{margin:.6rem 0 1.1rem;padding:.8rem 1rem;background:var(--panel);border-radius:6px;overflow-x:auto;line-height:1.55;white-space:pre-wrap;overflow-wrap:anywhere}
.source{display:inline-block;padding:0 .45em;border:1px solid var(--rule);border-radius:4px;font-size:.75rem;line-height:1.5;color:var(--muted);white-space:nowrap}
.source.recalled,.source.chosen,.source.user{color:var(--accent);border-color:currentColor}
dl.sources{display:grid;grid-template-columns:max-content 1fr;gap:.3rem .9rem;margin:1rem 0;font-size:.875rem;line-height:1.5;color:var(--muted)}
dl.sources dd{margin:0}
ol,ul{padding-left:1.3rem;max-width:44rem}
li{margin:.45rem 0}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--muted);font-size:.875rem}
@media print{
body{font-size:10.5pt}
main{max-width:none;padding:0}
h2,h3,caption{break-after:avoid}
figure,tr,pre,dl.measures{break-inside:avoid}
.scroll{overflow:visible}
figure svg{min-width:0}
@page{margin:18mm}
}
`.trim();
