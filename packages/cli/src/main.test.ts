import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@mmrec/features';
import { realData } from '@mmrec/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { mmrec } from './run-main.js';
import { writeSynth } from './synth.js';

const quick = ['--epochs', '2', '--set', 'embeddingSize=8', '--backend', 'wasm'];
const howToInstall =
  /back end 'tensorflow' can't be loaded: .* Install it with: npm (install|rebuild) @tensorflow/;
let folder: string;
let data: string;
let run: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmrec-cli-'));
  data = join(folder, 'shop');
  run = join(folder, 'run');
  await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
  const { code, stderr } = await mmrec('train', 'bm3', '--data', data, '--out', run, ...quick);
  expect(stderr).toContain('epoch 2');
  expect(code).toBe(0);
});

/** A copy of the dataset folder, changed. */
function variant(name: string, change: (copy: string) => void): string {
  const copy = join(folder, name);
  cpSync(data, copy, { recursive: true });
  change(copy);
  return copy;
}

const edit = (file: string, change: (text: string) => string) => {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

describe('mmrec train', () => {
  it('writes a run folder with everything that other commands need', () => {
    const json = (file: string) =>
      JSON.parse(readFileSync(join(run, file), 'utf8')) as Record<string, unknown>;
    expect(json('config.json')).toMatchObject({
      version: 1,
      model: 'bm3',
      protocol: 'mmrec',
      seed: 1,
      backend: 'wasm',
      modelOptions: { embeddingSize: 8, dropout: 0.5, numLayers: 1 },
      trainingOptions: { epochs: 2, batchSize: 2048 },
      dataset: { numUsers: 60, numItems: 40, modalities: ['visual', 'textual'] },
    });
    const history = readFileSync(join(run, 'history.jsonl'), 'utf8').trim().split('\n');
    expect(history.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual([1, 2]);
    const first = JSON.parse(history[0]!) as { losses: object; valid: object };
    expect(Object.keys(first.losses)).toEqual([
      'reconstruction',
      'alignment',
      'masking',
      'regularization',
      'total',
    ]);
    expect(Object.keys(first.valid)).toContain('recall@20');
    const metrics = json('metrics.json') as { best: { test: Record<string, number> } };
    expect(metrics.best.test['recall@20']).toBeGreaterThan(0);
    expect((json('ids.json') as { items: string[] }).items).toHaveLength(40);
  });

  it('prints one JSON object under --json, and nothing else on stdout', async () => {
    const out = join(folder, 'json');
    const { code, stdout } = await mmrec(
      'train',
      'lightgcn',
      '--data',
      data,
      '--out',
      out,
      ...quick,
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: out, epochs: 2, protocol: 'mmrec' });
  });

  it('gives the same run again for the same seed, another for another', async () => {
    const results = [];
    for (const seed of ['5', '5', '6']) {
      const out = join(folder, `seed-${results.length}`);
      await mmrec('train', 'bm3', '--data', data, '--out', out, '--seed', seed, ...quick);
      results.push(readFileSync(join(out, 'model.safetensors')));
    }
    expect(results[0]!.equals(results[1]!)).toBe(true);
    expect(results[0]!.equals(results[2]!)).toBe(false);
  });

  it('reads options from a file, those of the command line going before', async () => {
    const config = join(folder, 'options.yaml');
    writeFileSync(config, `data: ${data}\nepochs: 1\nembeddingSize: 4\nnumLayers: 2\nseed: 9\n`);
    const out = join(folder, 'configured');
    const { code } = await mmrec(
      'train',
      'bm3',
      '--config',
      config,
      '--out',
      out,
      '--set',
      'embeddingSize=6',
    );
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({
      seed: 9,
      modelOptions: { embeddingSize: 6, numLayers: 2 },
      trainingOptions: { epochs: 1 },
    });
  });

  it('trains on chosen modalities', async () => {
    const out = join(folder, 'visual');
    await mmrec('train', 'bm3', '--data', data, '--out', out, '--modalities', 'visual', ...quick);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as {
      dataset: object;
    };
    expect(config.dataset).toMatchObject({ modalities: ['visual'] });
  });

  it('saves the embeddings that it evaluated, of a model that draws noise then', async () => {
    const out = join(folder, 'noisy');
    await mmrec('train', 'lgmrec', '--data', data, '--out', out, ...quick);
    const { best } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as {
      best: Record<'valid' | 'test', Record<string, number>>;
    };
    for (const [split, expected] of [
      ['validation', best.valid],
      ['test', best.test],
    ] as const) {
      const { stdout } = await mmrec('evaluate', out, '--split', split, '--k', '10,20', '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        metrics: { 'recall@20': expected['recall@20'], 'ndcg@10': expected['ndcg@10'] },
      });
    }
  });

  it('starts from an earlier run and says what it knew', async () => {
    const out = join(folder, 'warm');
    const { code, stderr } = await mmrec(
      ...['train', 'bm3', '--data', data, '--out', out, '--init', run],
      ...quick,
    );
    expect(code).toBe(0);
    expect(stderr).toContain('60 users and 40 items known, 0 and 0 new');
  });

  it('lists a model’s options under --help', async () => {
    const { code, stdout } = await mmrec('train', 'bm3', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/contrastWeight +2 +Weight of the alignment/);
    expect(stdout).toMatch(/patience +50/);
  });
});

describe('mmrec features evaluate', () => {
  const evaluateFeatures = (...args: string[]) =>
    mmrec('features', 'evaluate', '--backend', 'wasm', '--data', data, ...args);

  it('prints a line for each ranking, set of features and masked modality', async () => {
    const { code, stdout } = await evaluateFeatures('-k', '5,10');
    expect(code).toBe(0);
    for (const line of [
      /^ranking +features +masked +recall@5 +recall@10 +ndcg@5 +ndcg@10 +kept$/m,
      /^random +– +\.\d{4}/m,
      /^most popular +– +\.\d{4}/m,
      /^zero-shot +visual +\.\d{4}/m,
      /^zero-shot +visual \+ textual +\.\d{4}/m,
      /^item-CF +visual \+ textual +textual +\.\d{4}.* \d+ %$/m,
      /^masked: 50 % of the items have zeros/m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it('does not join unified features with those that they are made of', async () => {
    const unified = variant('unified', (copy) => {
      cpSync(join(copy, 'image_feat.npy'), join(copy, 'unified_feat.npy'));
    });
    const { stdout } = await evaluateFeatures('--data', unified);
    expect(stdout).toMatch(/^zero-shot +unified +unified +\./m);
    expect(stdout).not.toContain('+ unified');
  });

  it('judges further files, and prints JSON', async () => {
    const files = ['one', 'two'].map((name) => join(folder, `${name}.npy`));
    for (const file of files) cpSync(join(data, 'image_feat.npy'), file);
    const { code, stdout } = await evaluateFeatures(
      ...['--features', ...files, '--modalities', 'visual', '--mask', '0.25', '--json'],
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as {
      share: number;
      rows: { ranking: string; features?: string; masked?: string; metrics: object }[];
    };
    expect(report.share).toBe(0.25);
    const of = (name: string) =>
      report.rows.find(
        ({ ranking, features, masked }) =>
          ranking === 'itemCf' && features === name && masked === undefined,
      )!.metrics;
    expect(Object.keys(of('one'))).toEqual(['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20']);
    expect(of('one')).toEqual(of('visual'));
    expect(of('two')).toEqual(of('visual'));
  });

  it('says what is wrong, where, and what to do', async () => {
    const file = join(folder, 'short.npy');
    await writeNpy(file, { rows: 3, columns: 1, data: Float32Array.of(1, 2, 3) });
    const bare = variant('bare', (copy) => {
      for (const name of ['image_feat.npy', 'text_feat.npy']) rmSync(join(copy, name));
    });
    const wrong: [number, string, string[]][] = [
      [
        1,
        `features evaluate: ${file} must have 40 rows, one an item, got 3.`,
        ['--features', file],
      ],
      [1, 'no-such.npy must exist, got nothing.', ['--features', 'no-such.npy']],
      [1, "unknown modality 'visul'. Did you mean 'visual'?", ['--modalities', 'visul']],
      [2, "--mask must be a number from 0 to 1, got '50'.", ['--mask', '50']],
      [2, "--fill must be one of zero, mean, got 'median'.", ['--fill', 'median']],
      [2, "--neighbors must be an integer ≥ 1, got '0'.", ['--neighbors', '0']],
      [1, `requireFeatures: ${bare} must hold item features, got none.`, ['--data', bare]],
    ];
    for (const [code, message, args] of wrong) {
      const result = await evaluateFeatures(...args);
      expect(result.stderr).toContain(message);
      expect(result.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      expect(result.code).toBe(code);
      expect(result.stdout).toBe('');
    }
    const twice = join(folder, 'visual.npy');
    cpSync(join(data, 'image_feat.npy'), twice);
    expect((await evaluateFeatures('--features', twice)).stderr).toContain(
      `--features must have names of their own, got 'visual' twice. Rename ${twice}.`,
    );
  });
});

describe('mmrec evaluate and recommend', () => {
  it('evaluate repeats the run’s test metrics', async () => {
    const { code, stdout } = await mmrec('evaluate', run, '--k', '5,20', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as {
      split: string;
      users: number;
      metrics: Record<string, number>;
    };
    expect(report.split).toBe('test');
    const { best } = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8')) as {
      best: { test: Record<string, number> };
    };
    expect(report.metrics['recall@20']).toBe(best.test['recall@20']);
    expect(report.metrics).toHaveProperty('recall@5');
  });

  it('recommend names items with titles, and none of the user’s training items', async () => {
    const { stdout } = await mmrec(
      'recommend',
      run,
      '--user',
      '3',
      '--user',
      '5',
      '-k',
      '4',
      '--json',
    );
    const results = JSON.parse(stdout) as {
      user: string;
      items: { item: string; score: number; title: string }[];
    }[];
    expect(results.map(({ user }) => user)).toEqual(['3', '5']);
    const inter = readFileSync(join(data, 'shop.inter'), 'utf8').split('\n');
    const seen = new Set(
      inter.filter((line) => line.endsWith('\t0')).map((line) => line.slice(0, -2)),
    );
    for (const { user, items } of results) {
      expect(items).toHaveLength(4);
      expect(items.map(({ score }) => score)).toEqual(
        items.map(({ score }) => score).sort((a, b) => b - a),
      );
      for (const { item, title } of items) {
        expect(seen.has(`${user}\t${item}`)).toBe(false);
        expect(title).toMatch(/\w/);
      }
    }
  });

  it('data inspect counts what is there', async () => {
    const { code, stdout } = await mmrec('data', 'inspect', data, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ users: { count: 60 }, items: { count: 40 } });
  });

  it('doctor says which back ends work', async () => {
    const { code, stdout } = await mmrec('doctor', '--json');
    expect(code).toBe(0);
    const { backends } = JSON.parse(stdout) as {
      backends: { backend: string; available: boolean; reason?: string }[];
    };
    expect(backends.filter(({ available }) => available).map(({ backend }) => backend)).toContain(
      'wasm',
    );
    const native = backends.find(({ backend }) => backend === 'tensorflow')!;
    if (!native.available) expect(native.reason).toMatch(howToInstall);
  });

  it('train on tensorflow works, or tells the command that installs it', async () => {
    const out = join(folder, 'native');
    const { code, stderr } = await mmrec(
      ...['train', 'bm3', '--data', data, '--out', out, ...quick, '--backend', 'tensorflow'],
    );
    if (code === 0) {
      const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as unknown;
      expect(config).toMatchObject({ backend: 'tensorflow' });
    } else {
      expect(code).toBe(1);
      expect(stderr).toMatch(howToInstall);
    }
  });
});

describe('mistakes', () => {
  const inter = (copy: string) => join(copy, 'shop.inter');
  const line3 = (text: string, line: string) => text.split('\n').with(2, line).join('\n');
  const floats = (copy: string, change: (values: Float32Array) => void) => {
    const file = join(copy, 'image_feat.npy');
    const bytes = readFileSync(file);
    const start = 10 + bytes.readUInt16LE(8);
    const values = new Float32Array(new Uint8Array(bytes.subarray(start)).buffer);
    change(values);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, start), Buffer.from(values.buffer)]));
  };
  const cut = (file: string, bytes: number) => {
    writeFileSync(file, readFileSync(file).subarray(0, -bytes));
  };
  const evilPickle = Buffer.from(
    '\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.',
    'latin1',
  );

  /** Name, what is done to a copy of the data, exit code, what the message must name. */
  const broken: [string, (copy: string) => void, string[]][] = [
    [
      'an empty file',
      (copy) => {
        writeFileSync(inter(copy), '');
      },
      ['shop.inter'],
    ],
    [
      'a missing column',
      (copy) => {
        edit(inter(copy), (text) => text.replace('itemID', 'thing'));
      },
      ['shop.inter', 'itemID', 'thing'],
    ],
    [
      'a negative id',
      (copy) => {
        edit(inter(copy), (text) => line3(text, '-3\t1\t0'));
      },
      ['shop.inter:3', "'-3'"],
    ],
    [
      'a fractional id',
      (copy) => {
        edit(inter(copy), (text) => line3(text, '1.5\t1\t0'));
      },
      ['shop.inter:3', "'1.5'"],
    ],
    [
      'an id that is too large',
      (copy) => {
        edit(inter(copy), (text) => line3(text, '1\t99999999999\t0'));
      },
      ['shop.inter:3', "'99999999999'"],
    ],
    [
      'a label other than 0, 1, 2',
      (copy) => {
        edit(inter(copy), (text) => line3(text, '1\t1\t7'));
      },
      ['shop.inter:3', "'7'"],
    ],
    [
      'NaN features',
      (copy) => {
        floats(copy, (values) => values.fill(NaN, 64, 67));
      },
      ['image_feat.npy', '3', 'row 1'],
    ],
    [
      'infinite features',
      (copy) => {
        floats(copy, (values) => values.fill(Infinity, 0, 1));
      },
      ['image_feat.npy', '1', 'row 0'],
    ],
    [
      'a truncated npy',
      (copy) => {
        cut(join(copy, 'image_feat.npy'), 100);
      },
      ['image_feat.npy'],
    ],
    [
      'features with too many rows',
      (copy) => {
        edit(join(copy, 'items.jsonl'), (text) => text.split('\n').slice(1).join('\n'));
      },
      ['39', '40'],
    ],
    [
      'a catalogue line that is no item',
      (copy) => {
        edit(join(copy, 'items.jsonl'), (text) => line3(text, 'oops'));
      },
      ['items.jsonl:3', 'oops'],
    ],
  ];

  it.each(broken)('%s', async (name, change, named) => {
    const copy = variant(`broken ${name.replaceAll(',', '')}`, change);
    const before = readFileSync(join(run, 'model.safetensors'));
    // Even with --force the run that is there must survive: it is replaced only when all input was read.
    const { code, stderr, stdout } = await mmrec(
      'train',
      'bm3',
      '--data',
      copy,
      '--out',
      run,
      '--force',
      ...quick,
    );
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).toMatch(/^mmrec: /);
    for (const part of named) expect(stderr).toContain(part);
    expect(readFileSync(join(run, 'model.safetensors')).equals(before)).toBe(true);
  });

  it('features with too few or too many rows name file, rows and items', async () => {
    const copy = variant('short catalogue', (c) => {
      edit(inter(c), (text) => `${text}1\t40\t0\n`);
      writeFileSync(
        join(c, 'items.jsonl'),
        `${readFileSync(join(c, 'items.jsonl'), 'utf8').trim()}\n{"id":"40","title":"New"}\n`,
      );
    });
    const { code, stderr } = await mmrec('train', 'bm3', '--data', copy, ...quick);
    expect(code).toBe(1);
    expect(stderr).toContain('image_feat.npy');
    expect(stderr).toContain('41');
    expect(stderr).toContain('40');
  });

  it('a pickle that asks for anything off the allow-list', async () => {
    const copy = join(folder, 'pickled');
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('.inter') });
    for (const name of ['trnMat', 'valMat', 'tstMat'])
      writeFileSync(join(copy, `${name}.pkl`), evilPickle);
    const { code, stderr } = await mmrec('data', 'inspect', copy);
    expect(code).toBe(1);
    expect(stderr).toContain('trnMat.pkl');
    expect(stderr).toContain('os');
    expect(stderr).toContain('system');
  });

  const wrongUse: [string[], string][] = [
    [['train', 'bm', '--data', 'x'], "mmrec: train: unknown model 'bm'. Did you mean 'bm3'?"],
    [['train', 'bm3'], 'mmrec: train: --data must name a dataset folder, got none.'],
    [
      ['train', 'bm3', '--data', 'x', '--set', 'dropuot=0.1'],
      "unknown option 'dropuot' for bm3. Did you mean 'dropout'?",
    ],
    [
      ['train', 'bm3', '--data', 'x', '--set', 'dropout=1'],
      'bm3: dropout must be a number ≥ 0 and < 1, got 1.',
    ],
    [
      ['train', 'lgmrec', '--data', 'x', '--set', 'numHyperedges=0'],
      'lgmrec: numHyperedges must be an integer ≥ 1, got 0.',
    ],
    [
      ['train', 'bm3', '--data', 'x', '--set', 'dropout=lots'],
      "train: dropout must be a number ≥ 0 and < 1, got 'lots'.",
    ],
    [
      ['train', 'bm3', '--data', 'x', '--set', 'dropout'],
      "train: --set must look like key=value, got 'dropout'.",
    ],
    [
      ['train', 'bm3', '--data', 'x', '--epochs', '-1'],
      "--epochs must be an integer ≥ 0, got '-1'.",
    ],
    [['train', 'bm3', '--data', 'x', '--seed', 'one'], "--seed must be an integer ≥ 0, got 'one'."],
    [['train', 'bm3', '--data', 'x', '--backend', 'wasn'], "got 'wasn'. Did you mean 'wasm'?"],
    [
      ['train', 'bm3', '--data', 'x', '--protocol', 'latice'],
      "got 'latice'. Did you mean 'lattice'?",
    ],
    [['train', 'bm3', '--data', 'x', '--config', 'none.yaml'], '--config none.yaml'],
    [['evalute'], 'Did you mean evaluate?'],
    [['recommend', 'x'], 'recommend: --user must name at least one user, got none.'],
  ];
  it.each(wrongUse)('mmrec %s', async (args, message) => {
    const { code, stderr, stdout } = await mmrec(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('a folder that already holds a run is kept unless --force', async () => {
    const before = readFileSync(join(run, 'model.safetensors'));
    const args = ['train', 'bm3', '--data', data, '--out', run, ...quick];
    const refused = await mmrec(...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      `mmrec: train: ${run} already holds a run. Choose another --out, go on with the run with --resume, or replace it with --force.\n`,
    );
    expect(readFileSync(join(run, 'model.safetensors')).equals(before)).toBe(true);
    const forced = join(folder, 'forced');
    cpSync(run, forced, { recursive: true });
    const replaced = await mmrec(
      'train',
      'bm3',
      '--data',
      data,
      '--out',
      forced,
      '--seed',
      '2',
      '--force',
      ...quick,
    );
    expect(replaced.code).toBe(0);
    expect(readFileSync(join(forced, 'model.safetensors')).equals(before)).toBe(false);
  });

  it('a folder without features says which files were looked for', async () => {
    const copy = join(folder, 'plain');
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('.npy') });
    const { code, stderr } = await mmrec('train', 'bm3', '--data', copy, ...quick);
    expect(code).toBe(1);
    for (const file of ['image_feat.npy', 'text_feat.npy']) expect(stderr).toContain(file);
    expect(
      (await mmrec('train', 'lightgcn', '--data', copy, '--out', join(folder, 'lg'), ...quick))
        .code,
    ).toBe(0);
  });

  it('an unknown user, a folder that is no run, a dataset that has moved', async () => {
    expect((await mmrec('recommend', run, '--user', '999')).stderr).toContain("has no user '999'");
    expect((await mmrec('evaluate', data)).stderr).toContain('must be a run folder');
    const moved = join(folder, 'moved');
    cpSync(run, moved, { recursive: true });
    edit(join(moved, 'config.json'), (text) => text.replaceAll('shop', 'gone'));
    const { code, stderr } = await mmrec('evaluate', moved);
    expect(code).toBe(1);
    expect(stderr).toContain('Name its place with --data.');
    expect((await mmrec('evaluate', moved, '--data', data)).code).toBe(0);
  });

  it('shows a stack trace under --verbose only', async () => {
    const args = ['data', 'inspect', join(folder, 'nothing')];
    expect((await mmrec(...args)).stderr).not.toContain('    at ');
    expect((await mmrec(...args, '--verbose')).stderr).toContain('    at ');
  });
});

describe('real data', () => {
  const baby = realData('baby');
  it.skipIf(baby === undefined)('trains an epoch of LightGCN on Baby', async () => {
    const out = join(folder, 'baby');
    const { code } = await mmrec(
      'train',
      'lightgcn',
      '--data',
      baby!,
      '--out',
      out,
      '--epochs',
      '1',
    );
    expect(code).toBe(0);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
  });
});
