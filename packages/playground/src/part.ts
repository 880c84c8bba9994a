type Tags = HTMLElementTagNameMap & Pick<SVGElementTagNameMap, 'svg'>;

/** The first element that a selector finds, of the tag that it must have. @throws Error where the page has none. */
export function part<Tag extends keyof Tags>(tag: Tag, selector: string): Tags[Tag] {
  const found = document.querySelector<Tags[Tag]>(selector);
  if (found?.matches(tag) === true) return found;
  throw new Error(`The page has no ${tag} for ${selector}.`);
}
