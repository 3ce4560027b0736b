/**
 * What came of a check.
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {number} seconds
 * @property {string[]} problems
 */

/**
 * Runs a check; one that throws has failed.
 *
 * @param {{ name: string, run: () => Promise<string[]> }} check
 * @returns {Promise<Outcome>}
 */
export async function runCheck({ name, run }) {
  const start = performance.now();
  const problems = await run().catch((error) => [error.message]);
  return { name, seconds: (performance.now() - start) / 1000, problems };
}

/**
 * Outcomes side by side: a row a check, a column a version of Node.js.
 *
 * @param {{ version: string, outcomes: Outcome[] }[]} columns
 * @returns {{ heading: string[], rows: string[][] }}
 */
export function outcomeTable(columns) {
  const names = [...new Set(columns.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)))];
  const cell = (outcome) => {
    if (!outcome) return 'not run';
    return outcome.problems.length > 0 ? 'FAILED' : `${outcome.seconds.toFixed(0)} s`;
  };
  return {
    heading: ['check', ...columns.map(({ version }) => version)],
    rows: names.map((name) => [
      name,
      ...columns.map(({ outcomes }) => cell(outcomes.find((outcome) => outcome.name === name))),
    ]),
  };
}
