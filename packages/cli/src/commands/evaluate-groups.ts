import type { Embeddings } from '@mmrec/core';
import {
  evaluateItemGroups,
  itemGroups,
  itemsBySight,
  type EvaluationInputs,
  type ItemGroupScore,
} from '@mmrec/train';
import { coldEmbeddings, runFeatures } from '../cold-embeddings.js';
import { atLeastOne } from '../flags.js';
import type { OpenRun } from '../open-run.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';

/** Flags that choose groups of items. */
export interface GroupFlags {
  readonly split?: string;
  /** How new items are embedded from their features; `true` without a name. */
  readonly cold?: string | true;
  /** Most training interactions of a cold item; `true` without a number. */
  readonly groups?: string | true;
  readonly json?: boolean;
}

/** A line of the table. */
interface GroupLine extends Omit<ItemGroupScore, 'metrics'> {
  /** Where the embeddings of items without training interactions come from. */
  readonly newItems: 'trained' | 'content';
  /** Ranked among the group's items. */
  readonly among: Readonly<Record<string, number>>;
  /** Ranked among all items. */
  readonly amongAll: Readonly<Record<string, number>>;
}

/** What is judged, and how. */
interface GroupRequest {
  readonly flags: GroupFlags;
  readonly inputs: EvaluationInputs;
  readonly ks: readonly number[];
}

/** `mmrec evaluate --cold` and `--groups`: metrics by group of items. */
export async function evaluateGroups(
  open: OpenRun,
  { flags, inputs, ks }: GroupRequest,
  { stdout }: Streams,
): Promise<void> {
  const groups = await groupsOf(open, flags);
  const options = { ks, protocol: open.run.config.protocol, groups };
  const judge = async (embeddings: Embeddings, newItems: GroupLine['newItems']) => {
    const own = await evaluateItemGroups(embeddings, inputs, options);
    const all = await evaluateItemGroups(embeddings, inputs, { ...options, among: 'all' });
    return own.map(({ metrics, ...rest }, at): GroupLine => {
      return { ...rest, newItems, among: metrics, amongAll: all[at]!.metrics };
    });
  };
  const lines = await judge(open.embeddings, 'trained');
  if (flags.cold !== undefined) {
    lines.push(...(await judge(await coldEmbeddings(open, flags.cold, '--cold'), 'content')));
  }
  const split = flags.split ?? 'test';
  if (flags.json) stdout.write(`${JSON.stringify({ split, groups: lines }, null, 2)}\n`);
  else stdout.write(format(lines, { split, k: Math.max(...ks) }));
}

async function groupsOf(open: OpenRun, flags: GroupFlags) {
  const { train } = open.dataset;
  const { warmItems, coldItems } = itemsBySight(train);
  const all = Int32Array.from({ length: train.numItems }, (_, item) => item);
  if (flags.groups === undefined) return { all, known: warmItems, new: coldItems };
  const features = open.run.config.dataset.modalities.length > 0 ? await runFeatures(open) : {};
  const most = flags.groups === true ? 5 : atLeastOne('--groups', flags.groups);
  return { all, ...itemGroups(train, features, most) };
}

function format(
  lines: readonly GroupLine[],
  { split, k }: { readonly split: string; readonly k: number },
): string {
  const names = [`recall@${k}`, `ndcg@${k}`];
  const several = lines.some(({ newItems }) => newItems === 'content');
  const header = [
    'items',
    ...(several ? ['new items by'] : []),
    ...['number', 'users', ...names, 'auc', `recall@${k}, all`],
  ];
  const rows = lines.map(({ group, newItems, items, users, among, amongAll }) => [
    group,
    ...(several ? [newItems === 'content' ? 'content' : 'training'] : []),
    ...[String(items), String(users)],
    ...[...names.map((name) => among[name]!), among['auc']!, amongAll[names[0]!]!].map((value) =>
      Number.isNaN(value) ? '–' : formatMetric(value),
    ),
  ]);
  return (
    `${split}; ranked among the group's own items, and among all\n\n` +
    `${formatTable(header, rows)}\n`
  );
}
