// Runs in the browser: the items that were chosen are the visitor's history.
import { loadRun } from '@mmrec/serve';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

setWasmPaths(new URL('./', location.href).href);
const served = await loadRun(new URL('shop.serving', location.href));
// Of nobody nothing is known: what most people had.
const catalogue = served.recommend({ history: [] }, { k: served.info.items }).items;
const titles = new Map(catalogue.map(({ item, title }) => [item, title]));
const history = new Set();

const find = (id) => document.getElementById(id);
const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

function button(item, label, onClick) {
  const made = element('button', titles.get(item));
  made.type = 'button';
  made.setAttribute('aria-label', `${label} ${titles.get(item)}`);
  made.addEventListener('click', onClick);
  return made;
}

function show(list, entries) {
  find(list).replaceChildren(
    ...entries.map((entry) => {
      const row = document.createElement('li');
      row.append(entry.button);
      if (entry.note) row.append(element('small', entry.note));
      return row;
    }),
  );
}

const add = (item) => () => change(() => history.add(item));
const remove = (item) => () => change(() => history.delete(item));

function change(how) {
  how();
  update();
}

function update() {
  const chosen = [...history];
  const words = find('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ item, title }) =>
    !history.has(item) && words.every((word) => title.toLowerCase().includes(word));
  show(
    'found',
    catalogue
      .filter(fits)
      .slice(0, 8)
      .map(({ item }) => ({ button: button(item, 'Choose', add(item)) })),
  );
  show(
    'history',
    chosen.map((item) => ({ button: button(item, 'Remove', remove(item)) })),
  );
  const start = performance.now();
  const { method, items } = served.recommend({ history: chosen }, { k: 8, diversify: 0.2 });
  const took = performance.now() - start;
  show(
    'recommended',
    items.map(({ item }) => ({
      button: button(item, 'Choose', add(item)),
      note: chosen.length > 0 && `because of ${titles.get(reason(chosen, item))}`,
    })),
  );
  find('status').textContent =
    method === 'popular'
      ? 'Nothing chosen yet: these are what most people had.'
      : `Made of ${chosen.length} of your choices in ${took.toFixed(1)} ms, on this page.`;
}

const reason = (chosen, item) => served.explain({ history: chosen }, item).byHistory.items[0].item;

find('search').addEventListener('input', update);
update();
document.body.dataset.ready = 'yes';
