import { useEffect, useRef } from 'preact/hooks';
import type { StudioInfo } from '../src/studio/studio-api.js';
import { ItemsView } from './items/items-view.js';
import { MapView } from './map/map-view.js';
import { Icon } from './parts/icon.js';
import { Problem, Skeleton } from './parts/status.js';
import { useResource } from './resource.js';
import { hrefOf, route, views, type View } from './route.js';
import { CurvesView } from './runs/curves-view.js';
import { RunsView } from './runs/runs-view.js';
import { themeChoice, type ThemeChoice } from './theme.js';
import { UsersView } from './users/users-view.js';
import type { ViewProps } from './view-props.js';

const titles: Readonly<Record<View, string>> = {
  users: 'Users',
  items: 'Items',
  map: 'Map',
  curves: 'Curves',
  runs: 'Runs',
};

const components: Readonly<Record<View, (props: ViewProps) => preact.JSX.Element>> = {
  users: UsersView,
  items: ItemsView,
  map: MapView,
  curves: CurvesView,
  runs: RunsView,
};

/** The studio: its navigation and the view that the address names. */
export function App() {
  const { data: info, error, retry } = useResource<StudioInfo>('/api/studio');
  const { view, id } = route.value;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // Whoever goes to another view by keyboard or screen reader goes on from its beginning.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [view]);
  useEffect(() => {
    const what = id === undefined ? titles[view] : `${titles[view]}: ${id}`;
    document.title = `${what} · mmrec studio${info ? ` · ${info.dataset.name}` : ''}`;
  }, [view, id, info]);
  const Content = components[view];
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={hrefOf('users')}>
          <span class="logo" aria-hidden="true" />
          <span>
            mmrec <b>studio</b>
          </span>
        </a>
        {info && (
          <p class="dataset" title="The dataset of the runs">
            {info.dataset.name}
          </p>
        )}
        <nav aria-label="Views">
          {views.map((each) => (
            <a key={each} href={hrefOf(each)} aria-current={each === view ? 'page' : undefined}>
              <Icon name={each} />
              <span>{titles[each]}</span>
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" class={`view-${view}`} tabIndex={-1} ref={main}>
        {error !== undefined ? (
          <Problem message={error} onRetry={retry} />
        ) : info ? (
          <Content info={info} />
        ) : (
          <Skeleton lines={6} label="Loading the studio" />
        )}
      </main>
    </>
  );
}

const themes: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const themeIcons = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** Goes through the themes: the system's, light, dark. */
function ThemeSwitch() {
  const choice = themeChoice.value;
  const next = themes[(themes.indexOf(choice) + 1) % themes.length]!;
  return (
    <button
      type="button"
      class="theme"
      aria-label={`Theme: ${choice}. Change to ${next}.`}
      title={`Theme: ${choice}`}
      onClick={() => {
        themeChoice.value = next;
      }}
    >
      <Icon name={themeIcons[choice]} />
    </button>
  );
}
