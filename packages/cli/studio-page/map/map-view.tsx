import { useMemo, useState } from 'preact/hooks';
import type { MapItems, StudioInfo, UserPage } from '../../src/studio/studio-api.js';
import type { ViewProps } from '../view-props.js';
import { Segments, Select } from '../parts/choice.js';
import { ItemSearch } from '../parts/item-search.js';
import { Problem, Skeleton } from '../parts/status.js';
import { address, useResource } from '../resource.js';
import { route, setParams } from '../route.js';
import { theme } from '../theme.js';
import { colourItems } from './colours.js';
import { Legend } from './legend.js';
import { MapCanvas } from './map-canvas.js';
import { MapUser, SelectedItem } from './map-side.js';
import { canBeLaidOut, useLayout } from './use-layout.js';

/** All items in two dimensions, as a run's embeddings have them. */
export function MapView({ info }: ViewProps) {
  const { data: items, error, retry } = useResource<MapItems>('/api/map-items');
  if (error !== undefined) return <Problem message={error} onRetry={retry} />;
  if (!items) return <Skeleton lines={10} label="Loading the items" />;
  return <ItemMap info={info} items={items} />;
}

interface ItemMapProps extends ViewProps {
  readonly items: MapItems;
}

function ItemMap({ info, items }: ItemMapProps) {
  const { params } = route.value;
  const run = runOf(params['run'], info);
  const wanted = params['layout'] === 'pca' ? 'pca' : 'umap';
  const layout = useLayout(run, wanted);
  const field = fieldOf(params['colour'], items);
  const shown = theme.value;
  const colours = useMemo(() => colourItems(field), [field, shown]);
  const [only, setOnly] = useState<number>();
  const rows = useMemo(() => new Map(items.items.map(({ id }, row) => [id, row])), [items]);
  const selected = params['item'] === undefined ? undefined : rows.get(params['item']);
  const user = useMapUser(params['user']);
  const marks = useMemo(
    () => ({ selected, only, ...marksOf(user?.data, run, rows) }),
    [selected, only, user?.data, run, rows],
  );
  const select = (row: number | undefined) =>
    setParams({ item: row === undefined ? undefined : items.items[row]!.id });
  return (
    <>
      <div class="toolbar">
        <ItemSearch onChoose={({ id }) => setParams({ item: id })} />
        <RunChoice info={info} run={run} />
        <Segments
          label="Layout"
          options={[
            ['umap', 'Neighbours'],
            ['pca', 'Components'],
          ]}
          value={wanted}
          onChange={(value) => setParams({ layout: value })}
        />
        <Select
          label="Colour"
          options={items.fields.map(({ name }) => [name, name])}
          value={field.name}
          onChange={(value) => {
            setOnly(undefined);
            setParams({ colour: value });
          }}
        />
      </div>
      <h1 class="hidden">Map of items</h1>
      {layout.error !== undefined ? (
        <Problem message={layout.error} onRetry={layout.retry} />
      ) : (
        <div class="map">
          <MapCanvas
            items={items.items}
            {...{ layout, colours, marks }}
            label={`${items.items.length} items as ${info.runs[run]!.name} has them`}
            onSelect={select}
          />
          <aside>
            {params['user'] !== undefined && (
              <MapUser id={params['user']} user={user?.data} error={user?.error} run={run} />
            )}
            <SelectedItem
              item={selected === undefined ? undefined : items.items[selected]}
              missing={selected === undefined ? params['item'] : undefined}
            />
            <Legend field={field} colours={colours} only={only} onOnly={setOnly} />
          </aside>
        </div>
      )}
      <p class="quiet hint">
        {describeLayout(wanted, layout.map)}
        {items.items.length < items.total &&
          ` Shown are the ${items.items.length.toLocaleString('en')} most popular of ${items.total.toLocaleString('en')} items.`}{' '}
        Drag to move, turn the wheel to zoom. By keyboard: arrows go from item to item, + and −
        zoom, 0 shows all, Enter opens the item.
      </p>
    </>
  );
}

function RunChoice({ info, run }: { readonly info: StudioInfo; readonly run: number }) {
  if (info.runs.length < 2) return null;
  const Control = info.runs.length > 3 ? Select : Segments;
  return (
    <Control
      label="Model"
      options={info.runs.map(({ name }, at) => [String(at), name])}
      value={String(run)}
      onChange={(value) => setParams({ run: value })}
    />
  );
}

function runOf(text: string | undefined, { runs }: StudioInfo): number {
  const run = Number(text ?? 0);
  return Number.isInteger(run) && run >= 0 && run < runs.length ? run : 0;
}

/** The field that is named, else the first with categories, else how popular items are. */
function fieldOf(name: string | undefined, { fields }: MapItems) {
  const named = fields.find((field) => field.name === name);
  return named ?? fields.find(({ kind }) => kind === 'category') ?? fields[0]!;
}

function useMapUser(id: string | undefined) {
  const resource = useResource<UserPage>(
    id === undefined ? undefined : address('/api/user', { id, k: 10 }),
  );
  return id === undefined ? undefined : resource;
}

function marksOf(user: UserPage | undefined, run: number, rows: ReadonlyMap<string, number>) {
  const known = (ids: readonly string[]) => ids.flatMap((id) => rows.get(id) ?? []);
  const list = user?.runs[run]?.items ?? [];
  return {
    history: known(user?.history.map(({ id }) => id) ?? []),
    recommended: known(list.filter(({ hit }) => !hit).map(({ item }) => item.id)),
    hits: known(list.filter(({ hit }) => hit).map(({ item }) => item.id)),
  };
}

function describeLayout(name: string, map: ReturnType<typeof useLayout>['map']): string {
  if (name === 'umap' && map && !canBeLaidOut(map))
    return 'Too few items for UMAP: the two principal components are shown.';
  if (name === 'umap')
    return 'UMAP: items that the model puts near each other are near; distances between groups say little.';
  const share = map ? ` They hold ${(100 * map.explained).toFixed(0)} % of what differs.` : '';
  return `The two principal components of the items’ directions.${share}`;
}
