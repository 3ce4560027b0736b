import packageJson from '../../package.json' with { type: 'json' };
import type { CoreCounts } from './core-interactions.js';
import type { MetadataCounts } from './import-metadata.js';
import type { PreparePlan } from './prepare-options.js';
import type { PrepareProtocol, SplitCounts } from './split-interactions.js';
import type { ItemCounts } from './write-items.js';

/** A file that a dataset was made from. */
export interface SourceEntry {
  readonly role: 'interactions' | 'metadata' | 'features';
  readonly file: string;
  readonly format: string;
  /** Absent for a remote file. */
  readonly bytes?: number;
  /** Absent for a remote file. */
  readonly sha256?: string;
}

/** What a prepared dataset folder says of itself, in `manifest.json`. */
export interface PreparedManifest {
  readonly name: string;
  readonly generator: { readonly name: 'mmrec data prepare'; readonly version: number };
  readonly sources: readonly SourceEntry[];
  readonly protocol: PrepareProtocol;
  readonly seed: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly counts: SplitCounts & { readonly users: number; readonly items: number };
  /** Rows of the sources, and why some are not in the dataset. */
  readonly rows: {
    readonly read: number;
    readonly belowMinRating: number;
    readonly duplicates: number;
    readonly outsideCore: number;
  };
  readonly metadata?: MetadataCounts & ItemCounts;
  /** By modality. */
  readonly features?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** Raised whenever the same inputs would give other files. */
const generatorVersion = 1;

/** Outcomes of the steps. */
export interface Outcomes {
  readonly sources: readonly SourceEntry[];
  readonly core: CoreCounts;
  readonly splits: SplitCounts;
  readonly items: ItemCounts;
  readonly metadata: MetadataCounts | undefined;
  readonly features: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly engineVersion: string;
}

/** Puts together what is to be known of a dataset. Nothing of the machine or the moment goes in. */
export function createManifest(plan: PreparePlan, outcomes: Outcomes): PreparedManifest {
  const { sources, core, splits, items, metadata, features } = outcomes;
  const { kCore, minRating, protocol, seed, validation, test, columns, metadataColumns } = plan;
  return {
    name: plan.name,
    generator: { name: 'mmrec data prepare', version: generatorVersion },
    sources,
    protocol,
    seed,
    options: {
      kCore,
      ...(minRating !== undefined && { minRating }),
      ...(protocol === 'time' && { validation, test }),
      columns,
      ...(metadata && { metadataColumns }),
    },
    counts: { users: core.users, items: core.items, ...splits },
    rows: {
      read: core.rows,
      belowMinRating: core.belowMinRating,
      duplicates: core.duplicates,
      outsideCore: core.outsideCore,
    },
    ...(metadata && { metadata: { ...metadata, ...items } }),
    ...(Object.keys(features).length > 0 && { features }),
    versions: {
      '@mmrec/data': packageJson.version,
      duckdb: outcomes.engineVersion,
      node: process.versions.node,
    },
  };
}
