import { signal } from '@preact/signals';

/** The views, in the order of the navigation. */
export const views = ['users', 'items', 'map', 'curves', 'runs'] as const;

/** A view of the studio. */
export type View = (typeof views)[number];

/** What the address says is to be seen. */
export interface Route {
  readonly view: View;
  /** The user or the item that is looked at. */
  readonly id: string | undefined;
  /** What else was chosen; absent: the default. */
  readonly params: Readonly<Record<string, string>>;
}

/** The route now. */
export const route = signal<Route>(readRoute());

addEventListener('hashchange', () => {
  route.value = readRoute();
});

/** The address of a route, for links. */
export function hrefOf(
  view: View,
  id?: string,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(params).filter((each): each is [string, string] => !!each[1]);
  const search = new URLSearchParams(given).toString();
  const place = id === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
  return search === '' ? place : `${place}?${search}`;
}

/** Goes somewhere: a step that the browser's back button undoes, unless it replaces the present one. */
export function goTo(href: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, '', href);
    route.value = readRoute();
  } else {
    location.hash = href;
  }
}

/** Changes what was chosen in the present view. */
export function setParams(params: Readonly<Record<string, string | undefined>>): void {
  const { view, id, params: present } = route.value;
  goTo(hrefOf(view, id, { ...present, ...params }), { replace: true });
}

function readRoute(): Route {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, id] = path.split('/');
  return {
    view: views.find((view) => view === name) ?? 'users',
    id: id === undefined || id === '' ? undefined : decode(id),
    params: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** An address that somebody typed may have a lone %. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
