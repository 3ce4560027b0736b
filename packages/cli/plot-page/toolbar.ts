import type { PlotData } from '../src/plot/plot-data.js';
import { runStyle } from '../src/plot/run-colours.js';
import { button, checkbox, element, selection, swatch } from './elements.js';
import type { View } from './view.js';

/** What the toolbar asks for. */
export interface ToolbarActions {
  /** The view has changed. */
  readonly onChange: () => void;
  readonly zoomBy: (factor: number) => void;
  readonly showAll: () => void;
}

/** The legend, whose runs can be hidden, and what changes all charts at once. */
export function createToolbar(data: PlotData, view: View, actions: ToolbarActions): HTMLElement {
  const legend = data.runs.map(({ name }, index) => legendButton(name, index, { view, actions }));
  const axis = selection(
    'Over',
    [
      ['epoch', 'epochs'],
      ['time', 'time'],
    ],
    (x) => {
      view.x = x as View['x'];
      actions.onChange();
    },
  );
  const log = checkbox('log losses', (checked) => {
    view.log = checked;
    actions.onChange();
  });
  const zoom = element(
    'span',
    { class: 'zoom' },
    button('−', () => {
      actions.zoomBy(2);
    }),
    button('+', () => {
      actions.zoomBy(0.5);
    }),
    button('all', actions.showAll),
  );
  zoom.children[0]!.setAttribute('aria-label', 'zoom out');
  zoom.children[1]!.setAttribute('aria-label', 'zoom in');
  zoom.children[2]!.setAttribute('aria-label', 'show all epochs');
  return element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Charts' },
    element('span', { class: 'legend' }, ...legend),
    axis,
    log,
    zoom,
  );
}

function legendButton(
  name: string,
  index: number,
  { view, actions }: { readonly view: View; readonly actions: ToolbarActions },
): HTMLElement {
  const { colour, dash } = runStyle(index);
  const made = button('', () => {
    if (!view.hidden.delete(index)) view.hidden.add(index);
    made.setAttribute('aria-pressed', String(!view.hidden.has(index)));
    actions.onChange();
  });
  made.setAttribute('aria-pressed', 'true');
  made.title = `Hide or show ${name}`;
  made.append(swatch(colour, dash), element('span', {}, name));
  return made;
}
