// The project's own ESLint rules.
import { basename } from 'node:path';

/** File names are kebab-case: `bpr-loss.ts`, `bpr-loss.test.ts`. */
const fileCase = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { kebab: "File name '{{name}}' must be kebab-case." },
  },
  create: (context) => ({
    Program: (node) => {
      const name = basename(context.filename);
      if (/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name)) return;
      context.report({ node, messageId: 'kebab', data: { name } });
    },
  }),
};

/** Randomness comes from an `Rng`: no `Math.random`, and none of TensorFlow.js's own shuffles. */
const seededRandomness = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { unseeded: "'{{name}}' can't be seeded: take an Rng and draw from it." },
  },
  create: (context) => ({
    MemberExpression: (node) => {
      const name = memberName(node);
      const object = node.object;
      const objectName = object.type === 'Identifier' ? object.name : memberName(object);
      const unseeded =
        (objectName === 'Math' && name === 'random') ||
        (objectName === 'util' && /^shuffle(Combo)?$/.test(name ?? ''));
      if (!unseeded) return;
      context.report({ node, messageId: 'unseeded', data: { name: `${objectName}.${name}` } });
    },
  }),
};

/** `tidy` looks for tensors in every number of an array that it returns. */
const tensorsFromTidy = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      numbers:
        'tidy looks for tensors in every number of what it returns: take valuesOf of @mmrec/ops for numbers.',
    },
  },
  create: (context) => ({
    CallExpression: (node) => {
      const { callee } = node;
      const name = callee.type === 'Identifier' ? callee.name : memberName(callee);
      const work = node.arguments.at(-1);
      if (name !== 'tidy' || !/^(Arrow)?FunctionExpression$/.test(work?.type)) return;
      const returned =
        work.body.type === 'BlockStatement'
          ? work.body.body.filter(({ type }) => type === 'ReturnStatement').map((s) => s.argument)
          : [work.body];
      for (const value of returned.filter(isRead)) {
        context.report({ node: value, messageId: 'numbers' });
      }
    },
  }),
};

/** Whether an expression is `….dataSync()` or the like, whatever is made of it on the way. */
function isRead(node) {
  if (node?.type === 'TSAsExpression' || node?.type === 'TSNonNullExpression')
    return isRead(node.expression);
  if (node?.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const name = memberName(node.callee);
  if (/^(dataSync|arraySync)$/.test(name)) return true;
  return /^(slice|subarray|map|filter)$/.test(name) && isRead(node.callee.object);
}

function memberName(node) {
  if (node.type !== 'MemberExpression') return undefined;
  if (!node.computed) return node.property.name;
  return node.property.type === 'Literal' ? String(node.property.value) : undefined;
}

export default {
  rules: {
    'file-case': fileCase,
    'seeded-randomness': seededRandomness,
    'tensors-from-tidy': tensorsFromTidy,
  },
};
