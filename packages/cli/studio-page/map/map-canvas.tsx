import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ItemSummary } from '../../src/studio/studio-api.js';
import { Icon } from '../parts/icon.js';
import { nameOf, Picture } from '../parts/picture.js';
import { popularityOf } from '../parts/popularity.js';
import { goTo, hrefOf } from '../route.js';
import type { ItemColours } from './colours.js';
import type { Marks } from './draw-map.js';
import { createScatter, type Scatter } from './scatter.js';
import type { Layout } from './use-layout.js';

/** What a map shows. */
interface MapCanvasProps {
  readonly items: readonly ItemSummary[];
  readonly layout: Layout;
  readonly colours: ItemColours;
  readonly marks: Marks;
  readonly label: string;
  readonly onSelect: (row: number | undefined) => void;
}

/** What is under the mouse, and where. */
interface Hover {
  readonly row: number;
  readonly place: readonly [x: number, y: number];
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The points, their tooltip and the buttons that enlarge them. */
export function MapCanvas({ items, layout, colours, marks, label, onSelect }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scatter = useRef<Scatter>(undefined);
  const select = useRef(onSelect);
  select.current = onSelect;
  const [hover, setHover] = useState<Hover>();
  // At once, not after the next frame: a key that comes right then finds the points.
  useLayoutEffect(() => {
    const made = createScatter(canvas.current!, {
      onHover: (row, place) => setHover(row === undefined ? undefined : { row, place }),
      onSelect: (row) => select.current(row),
    });
    scatter.current = made;
    return () => made.dispose();
  }, []);
  const { positions, progress } = layout;
  useLayoutEffect(() => {
    // While a layout is computed its own steps are the movement.
    if (positions) scatter.current!.setPositions(positions, progress !== undefined && progress > 0);
  }, [positions]);
  useLayoutEffect(() => scatter.current!.setColours(colours), [colours]);
  useLayoutEffect(() => scatter.current!.setMarks(marks), [marks]);
  const { selected } = marks;
  useLayoutEffect(() => {
    if (selected !== undefined && positions) scatter.current!.reveal(selected);
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = directions[event.key];
    if (direction) {
      const next = scatter.current!.neighborTo(selected, direction);
      if (next !== undefined) onSelect(next);
    } else if (event.key === '+' || event.key === '=') scatter.current!.zoomBy(1.4);
    else if (event.key === '-') scatter.current!.zoomBy(1 / 1.4);
    else if (event.key === '0') scatter.current!.fit();
    else if (event.key === 'Escape') onSelect(undefined);
    else if (event.key === 'Enter' && selected !== undefined)
      goTo(hrefOf('items', items[selected]!.id));
    else return;
    event.preventDefault();
  };
  return (
    <div class="map-area">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="map of items"
        aria-label={`${label}. Arrow keys go from item to item, Enter opens one.`}
        onKeyDown={onKeyDown}
      />
      <span class="hidden" aria-live="polite">
        {selected === undefined ? '' : nameOf(items[selected]!)}
      </span>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => scatter.current!.zoomBy(1.4)}>
          <Icon name="plus" />
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          onClick={() => scatter.current!.zoomBy(1 / 1.4)}
        >
          <Icon name="minus" />
        </button>
        <button type="button" aria-label="Show all items" onClick={() => scatter.current!.fit()}>
          <Icon name="fit" />
        </button>
      </div>
      {(progress !== undefined || !positions) && (
        <p class="map-progress" role="status">
          <progress max="1" {...(positions && { value: progress })} aria-label="Layout" />
          {positions ? 'Laying out the neighbours' : 'Looking for the neighbours of all items'}
        </p>
      )}
      {hover && items[hover.row] && (
        <div class="map-tip" style={tipPlace(hover, canvas.current)}>
          <Picture item={items[hover.row]!} />
          <span>
            <b>{nameOf(items[hover.row]!)}</b>
            <br />
            <span class="quiet">
              {items[hover.row]!.kind !== undefined && `${items[hover.row]!.kind} · `}
              {popularityOf(items[hover.row]!)}
            </span>
          </span>
        </div>
      )}
    </div>
  );
}

/** Beside the mouse, on the side with more room. */
function tipPlace({ place: [x, y] }: Hover, canvas: HTMLCanvasElement | null) {
  const { clientWidth = 0, clientHeight = 0 } = canvas ?? {};
  return {
    ...(x > clientWidth / 2 ? { right: `${clientWidth - x + 14}px` } : { left: `${x + 14}px` }),
    ...(y > clientHeight / 2 ? { bottom: `${clientHeight - y + 14}px` } : { top: `${y + 14}px` }),
  };
}
