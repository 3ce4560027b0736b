import { describe, expect, it } from 'vitest';
import { defineOptions } from './options.js';

interface Options {
  layers: number;
  rate: number;
  trained: boolean;
  variant: 'paper' | 'published';
}

const options = defineOptions<Options>({
  layers: { kind: 'integer', default: 2, min: 0, description: 'Layers.' },
  rate: { kind: 'number', default: 0.5, min: 0, below: 1, description: 'Rate.' },
  trained: { kind: 'boolean', default: true, description: 'Trained.' },
  variant: {
    kind: 'choice',
    default: 'paper',
    choices: ['paper', 'published'],
    description: 'Variant.',
  },
});

describe('defineOptions', () => {
  it('fills in defaults and keeps 0 and false', () => {
    expect(options.resolve('f')).toEqual({ layers: 2, rate: 0.5, trained: true, variant: 'paper' });
    const given = options.resolve('f', { layers: 0, rate: 0, trained: false });
    expect(given).toEqual({ layers: 0, rate: 0, trained: false, variant: 'paper' });
  });

  it('keeps a default that an option is undefined for', () => {
    const given = { rate: undefined } as unknown as Partial<Options>;
    expect(options.resolve('f', given).rate).toBe(0.5);
  });

  const errors: [Record<string, unknown>, string][] = [
    [{ layer: 1 }, "f: unknown option 'layer'. Did you mean 'layers'?"],
    [
      { toString: 1 },
      "f: unknown option 'toString'. Known options: layers, rate, trained, variant.",
    ],
    [{ layers: 1.5 }, 'f: layers must be an integer ≥ 0, got 1.5.'],
    [{ layers: '2' }, "f: layers must be an integer ≥ 0, got '2'."],
    [{ rate: 1 }, 'f: rate must be a number ≥ 0 and < 1, got 1.'],
    [{ rate: NaN }, 'f: rate must be a number ≥ 0 and < 1, got NaN.'],
    [{ trained: 1 }, 'f: trained must be true or false, got 1.'],
    [
      { variant: 'papers' },
      "f: variant must be one of 'paper', 'published', got 'papers'. Did you mean 'paper'?",
    ],
  ];
  it.each(errors)('refuses %j', (given, message) => {
    let thrown: unknown;
    try {
      options.resolve('f', given as Partial<Options>);
    } catch (error) {
      thrown = error;
    }
    expect((thrown as Error).message).toBe(message);
  });
});
