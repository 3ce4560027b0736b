/**
 * Runs a function on every task, at most `workers` at a time.
 *
 * @returns The results in the tasks' order.
 */
export async function runPool<Task, Result>(
  tasks: readonly Task[],
  { workers, run }: { readonly workers: number; run(task: Task): Promise<Result> },
): Promise<Result[]> {
  const results = new Array<Result>(tasks.length);
  let next = 0;
  const work = async () => {
    while (next < tasks.length) {
      const at = next++;
      results[at] = await run(tasks[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, work));
  return results;
}
