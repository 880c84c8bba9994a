import { escapeUnseen } from '@bnrnn/core';

const htmlNames: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an HTML or SVG element or a quoted attribute; XML allows no controls, newlines apart. */
export function escapeHtml(text: string): string {
  return text
    .split('\n')
    .map(escapeUnseen)
    .join('\n')
    .replace(/[&<>"']/g, (character) => htmlNames[character] ?? character);
}

/** Text for a cell of a Markdown table or a line of Markdown. */
export function escapeMarkdown(text: string): string {
  return escapeUnseen(text.replace(/\s*\n\s*/g, ' ')).replace(/[\\`*_[\]<>|&#~]/g, String.raw`\$&`);
}

const latexNames: Readonly<Record<string, string>> = {
  '\\': String.raw`\textbackslash{}`,
  '{': String.raw`\{`,
  '}': String.raw`\}`,
  $: String.raw`\$`,
  '&': String.raw`\&`,
  '#': String.raw`\#`,
  _: String.raw`\_`,
  '%': String.raw`\%`,
  '^': String.raw`\textasciicircum{}`,
  '~': String.raw`\textasciitilde{}`,
  '<': String.raw`\textless{}`,
  '>': String.raw`\textgreater{}`,
  '±': String.raw`$\pm$`,
  '–': '--',
};

/** Text for LaTeX in text mode. */
export function escapeLatex(text: string): string {
  return escapeUnseen(text).replace(
    /[\\{}$&#_%^~<>±–]/g,
    (character) => latexNames[character] ?? character,
  );
}
