import type { TableNames } from './table-names.js';

/** For whom a query asks for what. */
export interface TopKQueryOptions {
  /** SQL for the user's id: `$1`, or a text from {@link quoteText}. */
  readonly user: string;
  readonly k: number;
  /** Whether items have titles. */
  readonly withTitles: boolean;
  /** Whether the items of the user's training interactions are left out. */
  readonly withoutSeen: boolean;
}

/**
 * The query for a user's best items. pgvector's `<#>` is the negative inner product, so that smaller is better.
 * An unknown user gets no rows.
 */
export function topKQuery(
  { users, items, seen }: TableNames,
  { user, k, withTitles, withoutSeen }: TopKQueryOptions,
): string {
  const exclusion = `WHERE NOT EXISTS (SELECT FROM ${seen} s WHERE s.user_id = u.id AND s.item_id = i.id)`;
  return [
    'SELECT best.*',
    `FROM ${users} u`,
    'CROSS JOIN LATERAL (',
    `  SELECT i.id, ${withTitles ? 'i.title, ' : ''}-(i.embedding <#> u.embedding) AS score`,
    `  FROM ${items} i`,
    ...(withoutSeen ? [`  ${exclusion}`] : []),
    '  ORDER BY i.embedding <#> u.embedding',
    `  LIMIT ${k}`,
    ') best',
    `WHERE u.id = ${user}`,
    'ORDER BY best.score DESC;',
  ].join('\n');
}

/** A text as SQL. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
