import { program } from './programs.mjs';

const print = 'console.log(JSON.stringify(Object.keys(found).sort()))';

/**
 * Loads an installed package by `import` and by `require`, each in a process of its own.
 *
 * @param {string} name
 * @param {{ node: string, project: string }} where - Node.js's program, and the folder where the package is installed.
 * @returns {Promise<string | undefined>} What is wrong: it can't be loaded, or the two don't give the same names.
 */
export async function compareExports(name, { node, project }) {
  const load = async (kind, code) => {
    const flags = kind === 'import' ? ['--input-type=module'] : ['--input-type=commonjs'];
    const { ok, stdout, stderr } = await program([node, ...flags, '--eval', code], {
      cwd: project,
      limit: 120,
    });
    return ok ? { names: stdout.trim() } : { problem: `${kind} ${name}: ${firstError(stderr)}` };
  };
  const [imported, required] = await Promise.all([
    load('import', `const found = await import('${name}'); ${print}`),
    load('require', `const found = require('${name}'); ${print}`),
  ]);
  const problem = imported.problem ?? required.problem;
  if (problem) return problem;
  if (imported.names === '[]') return `import ${name}: it exports nothing`;
  if (imported.names === required.names) return undefined;
  return `require ${name} gives ${required.names}, import ${imported.names}`;
}

function firstError(stderr) {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find(Boolean) ?? 'no message';
}
