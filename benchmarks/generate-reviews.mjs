// Writes reviews in the layout of Amazon 2014, compressed with gzip: what `mmrec data prepare` is measured on.
//   node benchmarks/generate-reviews.mjs OUT.json.gz [reviews = 10000000] [seed = 1]
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createRng } from '@mmrec/core';

const [file, count = '10000000', seed = '1'] = process.argv.slice(2);
if (file === undefined) {
  console.error('node benchmarks/generate-reviews.mjs OUT.json.gz [reviews] [seed]');
  process.exit(2);
}
const numReviews = Number(count);
const stream = createRng(Number(seed)).stream('reviews');
const words =
  'the a of lovely product baby chair seat fits well bought for my son daughter it is great not good quality price would buy again recommend to anyone who has small children and little room'.split(
    ' ',
  );
// Philox is thorough rather than fast: a million texts are drawn from two thousand.
const texts = Array.from({ length: 2000 }, () =>
  Array.from({ length: 20 + stream.integer(80) }, () => words[stream.integer(words.length)]).join(
    ' ',
  ),
);

/** An id of Amazon's look: a letter and digits of base 36. */
const id = (letter, number, digits) =>
  letter + number.toString(36).toUpperCase().padStart(digits, '0');

function review() {
  // Few users write many reviews and few items get many, as in the real data.
  const user = Math.floor(stream.uniform() ** 2 * (numReviews / 5));
  const item = Math.floor(stream.uniform() ** 3 * (numReviews / 20));
  return JSON.stringify({
    reviewerID: id('A', user, 13),
    asin: id('B', item, 9),
    reviewerName: 'A. Reader',
    helpful: [0, 0],
    reviewText: texts[stream.integer(texts.length)],
    overall: 1 + stream.integer(5),
    summary: 'What I think',
    unixReviewTime: 1_000_000_000 + 86_400 * stream.integer(5000),
    reviewTime: '09 13, 2009',
  });
}

const gzip = createGzip({ level: 1 });
const done = pipeline(gzip, createWriteStream(file));
for (let written = 0; written < numReviews; written += 1000) {
  const lines = Array.from({ length: Math.min(1000, numReviews - written) }, review);
  if (!gzip.write(`${lines.join('\n')}\n`)) await once(gzip, 'drain');
}
gzip.end();
await done;
