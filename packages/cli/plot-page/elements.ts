/** Attributes and properties of an element that is made. */
type Attributes = Readonly<Record<string, string>>;

/** Makes an element; text is set as text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(label: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A list to choose from, with a label before it. */
export function selection(
  label: string,
  choices: readonly (readonly [value: string, text: string])[],
  onChange: (value: string) => void,
): HTMLLabelElement {
  const options = choices.map(([value, text]) => element('option', { value }, text));
  const select = element('select', {}, ...options);
  select.addEventListener('change', () => {
    onChange(select.value);
  });
  return element('label', {}, `${label} `, select);
}

/** A box to tick. */
export function checkbox(label: string, onChange: (checked: boolean) => void): HTMLLabelElement {
  const box = element('input', { type: 'checkbox' });
  box.addEventListener('change', () => {
    onChange(box.checked);
  });
  return element('label', {}, box, ` ${label}`);
}

/** A piece of a line, as charts draw it. */
export function swatch(colour: string, dash: readonly number[]): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  const line = document.createElementNS(namespace, 'line');
  const set = (target: Element, attributes: Attributes) => {
    for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
  };
  set(svg, { class: 'swatch', width: '22', height: '10', 'aria-hidden': 'true' });
  set(line, { x1: '1', y1: '5', x2: '21', y2: '5', 'stroke-width': '3' });
  set(line, { stroke: `var(${colour})`, 'stroke-dasharray': dash.join(' ') });
  svg.append(line);
  return svg;
}
