import type { Recommendations } from '../recommend/query.js';
import { ServeError } from '../recommend/serve-error.js';
import type { Request } from '../recommend/serve-model.js';
import type { ServedRun } from './serve-run.js';

/** A question that waits for the others of its turn. */
interface Waiting {
  readonly request: Request;
  resolve(answer: Recommendations): void;
  reject(error: unknown): void;
}

/**
 * Answers together what came in together: all questions that the event loop read in one turn are one search, which
 * reads the items once for all of them. A question that comes alone doesn't wait.
 */
export function createQuestionBatcher(
  run: ServedRun,
): (request: Request) => Promise<Recommendations> {
  let waiting: Waiting[] = [];
  const answerAll = () => {
    const batch = waiting;
    waiting = [];
    try {
      const answers = run.model.recommendMany(batch.map(({ request }) => request));
      batch.forEach(({ resolve, reject }, at) => {
        const answer = answers[at]!;
        if (answer instanceof ServeError) reject(answer);
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  return (request) =>
    new Promise((resolve, reject) => {
      // Immediates run after all that the loop has read in this turn.
      if (waiting.length === 0) setImmediate(answerAll);
      waiting.push({ request, resolve, reject });
    });
}
