import { describe, expect, it } from 'vitest';
import { loadTokenizer, trainTokenizer, type TokenizerJson } from './catalogue-tokenizer.js';

const model = ({ json }: { json: TokenizerJson }) =>
  json['model'] as { vocab: Record<string, number>; merges: [string, string][] };

describe('trainTokenizer', () => {
  it('joins the most frequent pair first, the first by name of equals', () => {
    // Words (a space has the letter Ġ): Ġaab 3 ×, Ġab 2 ×. Pairs: ab 5, Ġa 5, aa 3; of ab and Ġa "a b" is the first.
    const tokenizer = trainTokenizer(['aab aab ab', 'aab ab'], 260);
    expect(model(tokenizer).merges.slice(0, 2)).toEqual([
      ['a', 'b'],
      // Then Ġa 3 ×, a·ab 3 ×, Ġ·ab 2 ×.
      ['a', 'ab'],
    ]);
  });

  it('makes whole words of what occurs often, whatever their case', () => {
    const tokenizer = trainTokenizer(['Oak Bench', 'oak stool', 'an OAK bench'], 400);
    expect(tokenizer.encode('Oak bench')).toEqual(tokenizer.encode('oak BENCH'));
    expect(tokenizer.encode('oak bench').length).toBe(2);
  });

  it('has tokens for any text', () => {
    const tokenizer = trainTokenizer(['oak'], 256);
    for (const text of ['日本の椅子', 'Papier-Mâché', '🪑', 'x\ty']) {
      expect(tokenizer.encode(text).length).toBeGreaterThan(0);
    }
    // Four bytes and the space before them.
    expect(tokenizer.encode('🪑').length).toBe(5);
  });

  it('is written as a tokenizer.json that gives the same tokens', () => {
    const tokenizer = trainTokenizer(['oak bench', 'oak stool'], 300);
    const json = JSON.parse(JSON.stringify(tokenizer.json)) as TokenizerJson;
    expect(loadTokenizer(json).encode('an oak stool')).toEqual(tokenizer.encode('an oak stool'));
  });
});

describe('loadTokenizer', () => {
  it('refuses what is no tokenizer', () => {
    expect(() => loadTokenizer({ model: { type: 'none' } })).toThrow(
      /^loadTokenizer: json must be a tokenizer\.json of the Hugging Face libraries: /,
    );
  });
});
