import type { TrainingDefaults } from '../training-defaults.js';
import type { PublishedDataset } from './published-datasets.js';

/** Test metrics that somebody reports for a model on a data set. */
export interface ReportedFigures {
  /** By names such as `recall@20`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How the data were split and ranking judged: figures of different protocols can't be compared. */
  readonly protocol: 'mmrec' | 'lattice';
  /** Where they can be read. */
  readonly source: string;
}

/** The settings of a model for a published data set, and what they reach according to others. */
export interface Preset<Options extends object = object> {
  readonly dataset: PublishedDataset;
  readonly protocol: 'mmrec' | 'lattice';
  /** Options of the model that are stated, even where they are our defaults too. */
  readonly options: Readonly<Partial<Options>>;
  /** Options of training, likewise. */
  readonly training: TrainingDefaults;
  /**
   * Where the settings come from: `reported`, the authors give them for this data set; `defaults`, the authors'
   * defaults for all data sets; `grid`, the authors give a search grid only, and the values are ours;
   * `measured`, no paper has the data set, and the authors' code was run with these by this project.
   */
  readonly basis: 'reported' | 'defaults' | 'grid' | 'measured';
  /** Where the settings can be read. */
  readonly source: string;
  /** What one has to know before comparing. */
  readonly note?: string;
  readonly published?: readonly ReportedFigures[];
  /** Figures of the authors' code as this project ran it, one seed. */
  readonly measured?: ReportedFigures;
}

/** Presets of a model by name, which is that of their data set. */
export type Presets<Options extends object = object> = Readonly<Record<string, Preset<Options>>>;
