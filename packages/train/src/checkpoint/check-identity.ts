/**
 * What a training is: two that agree in all of it, on one machine, give the same result bit for bit. By names
 * that the person who trains knows.
 */
export type TrainingIdentity = Readonly<Record<string, string | number | boolean>>;

/**
 * Checks that training may go on from what another process has left.
 *
 * @param what - What was left, for the message: a file or folder.
 * @throws {Error} If they disagree, naming every difference.
 */
export function checkIdentity(what: string, saved: TrainingIdentity, here: TrainingIdentity): void {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(here)])];
  const differences = names
    .filter((name) => saved[name] !== here[name])
    .map((name) => `${name} ${show(saved[name])} there, ${show(here[name])} here`);
  if (differences.length === 0) return;
  throw new Error(
    `resume: ${what} belongs to another training (${differences.join('; ')}). Resume with its settings and data, or start again with --force.`,
  );
}

const show = (value: string | number | boolean | undefined) => String(value ?? 'absent');
