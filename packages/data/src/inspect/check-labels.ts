import type { Splits } from '../dataset.js';
import type { InteractionColumns } from '../interaction-table.js';

/** What is known of a dataset's split besides its labels. */
export interface LabelClaims {
  /** The protocol that the split is said to follow. */
  readonly protocol?: string;
  /** The interactions with labels and times, where the file has times. */
  readonly timed?: InteractionColumns;
}

/** What the labels look like. */
export interface LabelFindings {
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** Users who say one thing and users who say the other. */
interface Votes {
  readonly testIsAhead: number;
  readonly validationIsAhead: number;
}

/** Users that a finding needs at least, and the share of them that must agree. */
const fewestUsers = 10;
const agreement = 0.9;

/**
 * Looks for validation and test labels that were swapped.
 *
 * A random split tells by its sizes: of an odd number held out of a user's interactions, `mmrec` puts
 * the odd one into test and `lattice` into validation. One is the other with its labels swapped, so
 * only a split that is said to follow one can be wrong; of others it is noted which they look like.
 * A split by time or one that leaves the last out tells by its times: what is tested is later than
 * what is validated.
 */
export function checkLabels(splits: Splits, { protocol, timed }: LabelClaims): LabelFindings {
  const warnings: string[] = [];
  const notes: string[] = [];
  const sizes = voteBySize(splits);
  const looksLike = winner(sizes, { test: 'mmrec', validation: 'lattice' });
  const counted = `${sizes.testIsAhead.toLocaleString('en-US')} users have more test than validation, ${sizes.validationIsAhead.toLocaleString('en-US')} more validation than test`;
  if (looksLike !== undefined && (protocol === 'mmrec' || protocol === 'lattice')) {
    if (looksLike !== protocol) {
      warnings.push(
        `validation and test labels look swapped: ${counted}; under ${protocol} it is the other way round.`,
      );
    }
  } else if (looksLike !== undefined && protocol === undefined) {
    notes.push(
      `labels look like protocol ${looksLike}: ${counted}. If this is a split of ${looksLike === 'mmrec' ? 'lattice' : 'mmrec'}, validation and test are swapped.`,
    );
  }
  const isRandom = protocol === 'mmrec' || protocol === 'lattice';
  const times = timed && !isRandom ? voteByTime(timed) : undefined;
  if (times && winner(times, { test: 'right', validation: 'swapped' }) === 'swapped') {
    warnings.push(
      `validation and test labels look swapped: for ${times.validationIsAhead.toLocaleString('en-US')} users validation is later than test, for ${times.testIsAhead.toLocaleString('en-US')} earlier.`,
    );
  }
  return { warnings, notes };
}

function winner<T>(
  { testIsAhead, validationIsAhead }: Votes,
  say: Record<'test' | 'validation', T>,
) {
  const total = testIsAhead + validationIsAhead;
  if (total < fewestUsers) return undefined;
  if (testIsAhead >= agreement * total) return say.test;
  return validationIsAhead >= agreement * total ? say.validation : undefined;
}

function voteBySize({ validation, test }: Splits): Votes {
  const balance = new Map<number, number>();
  for (const user of validation.users) balance.set(user, (balance.get(user) ?? 0) - 1);
  for (const user of test.users) balance.set(user, (balance.get(user) ?? 0) + 1);
  return countVotes(balance.values());
}

/** Compares the mean times of each user who has both; of everybody where too few have both. */
function voteByTime(timed: InteractionColumns): Votes {
  const { users, labels, timestamps } = timed;
  const byUser = new Map<number, [validation: Mean, test: Mean]>();
  const overall: [Mean, Mean] = [createMean(), createMean()];
  for (let row = 0; row < users.length; row++) {
    const split = labels![row]! - 1;
    if (split < 0) continue;
    const own = byUser.get(users[row]!) ?? [createMean(), createMean()];
    byUser.set(users[row]!, own);
    own[split]!.add(timestamps![row]!);
    overall[split]!.add(timestamps![row]!);
  }
  const differences = [...byUser.values()]
    .map(([validation, test]) => test.value() - validation.value())
    .filter((difference) => Number.isFinite(difference));
  if (differences.length >= fewestUsers) return countVotes(differences);
  const difference = overall[1].value() - overall[0].value();
  return countVotes(
    Array.from(byUser.keys(), () => (Number.isFinite(difference) ? difference : 0)),
  );
}

interface Mean {
  add(value: number): void;
  /** NaN without values. */
  value(): number;
}

function createMean(): Mean {
  let sum = 0;
  let count = 0;
  return {
    add: (value) => {
      sum += value;
      count++;
    },
    value: () => sum / count,
  };
}

function countVotes(differences: Iterable<number>): Votes {
  let [testIsAhead, validationIsAhead] = [0, 0];
  for (const difference of differences) {
    if (difference > 0) testIsAhead++;
    if (difference < 0) validationIsAhead++;
  }
  return { testIsAhead, validationIsAhead };
}
