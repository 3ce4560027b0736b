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

function memberName(node) {
  if (node.type !== 'MemberExpression') return undefined;
  if (!node.computed) return node.property.name;
  return node.property.type === 'Literal' ? String(node.property.value) : undefined;
}

export default {
  rules: { 'file-case': fileCase, 'seeded-randomness': seededRandomness },
};
