import type { Batch, Embeddings, LossTerms, ModelInputs, Recommender } from '@mmrec/core';
import { normalizeFeatureRows } from '@mmrec/features';
import {
  bprLossOfGaps,
  countedInfoNceLoss,
  gramDistance,
  infoNceLoss,
  squaredNormRegularizer,
} from '@mmrec/losses';
import {
  gatherRows,
  l2NormalizeRows,
  l2NormOfRows,
  matrixVariable,
  meanCosineOfRows,
  tripletGaps,
} from '@mmrec/ops';
import {
  addN,
  div,
  dot,
  mean,
  mul,
  scalar,
  slice,
  sub,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { createAggregator } from './create-aggregator.js';
import { distinctBatch, type CountedRows } from './distinct-batch.js';
import { additiveFuser, disposeFuser, type Fuser } from './fuser.js';
import { alignRecOptions, type AlignRecOptions } from './options.js';
import { unifyFeatures } from './unify-features.js';

/** What AlignRec is made from. */
export interface AlignRecInputs extends ModelInputs {
  /** What makes one embedding of content and ids; their sum by default. The model disposes its parameters. */
  readonly fuser?: Fuser;
}

/**
 * AlignRec: content aligned with ids, users with items, similarities with those of the features.
 *
 * Final embeddings are $h = h^{mm} + h^{id}$, from content and from ids ({@link createAggregator}).
 *
 * $$\mathcal L = -\mathrm{mean} \ln \sigma(h_u \cdot h_i - h_u \cdot h_j)
 * + \alpha \mathcal L_{CCA} + \beta (1 - \mathrm{mean} \cos(h_u, h_i))
 * + \frac{\lambda}{B} \lVert H^{mm} H^{mm\top} - S \rVert + \frac{\lambda'}{2 B} \Omega$$
 *
 * $\mathcal L_{CCA}$ is in-batch InfoNCE of $h^{mm}$ against $h^{id}$, of items and of users; S holds the cosines
 * of the batch's unified features and gets no gradient; Ω the squared norms of the batch's fused rows. A term of
 * weight 0 is not computed.
 *
 * Parameters: `users`, `items`, `gate/{hidden,output}/{weight,bias}`, `features` when they are trained, and
 * `fuser/…` of a fuser that learns.
 *
 * @param inputs - Training interactions; features: one matrix named `unified`, or one modality, or several,
 *   which are joined with rows of length 1; a fuser. An item that lacks all (`missing`) has no neighbours but itself,
 *   and no part in the category alignment and the regulariser.
 * @throws {TypeError | RangeError} For an unknown option or one out of range, features whose number of rows is
 *   not the number of items, no features at all, or as many neighbours as items.
 * @see Liu et al., AlignRec: Aligning and training in multimodal recommendations, CIKM 2024.
 *   https://arxiv.org/abs/2403.12384
 */
export function createAlignRec(
  { interactions, features, rng, fuser = additiveFuser }: AlignRecInputs,
  options: Partial<AlignRecOptions> = {},
): Recommender {
  const resolved = alignRecOptions.resolve('createAlignRec', options);
  const unified = unifyFeatures(features, interactions.numItems);
  const aggregator = createAggregator({ interactions, features: unified, rng }, resolved);
  const { categoryWeight, userItemWeight, similarityWeight, regWeight } = resolved;
  /** Rows of length 1: their inner products are S. */
  const units =
    similarityWeight > 0 ? matrixVariable(normalizeFeatureRows(unified), false) : undefined;

  const weighted = (weight: number, term: () => Scalar): Scalar | undefined =>
    weight > 0 ? mul<Scalar>(term(), weight) : undefined;

  const fuse = (multimodal: Embeddings, ids: Embeddings): Embeddings => ({
    users: fuser.fuse(multimodal.users, ids.users),
    items: fuser.fuse(multimodal.items, ids.items),
  });

  function losses(batch: Batch): LossTerms {
    const { users, items, triplets } = distinctBatch(batch, interactions);
    const pick = (table: Embeddings): Embeddings => ({
      users: gatherRows(table.users, users.rows),
      items: gatherRows(table.items, items.rows),
    });
    const all = aggregator.aggregate();
    const [multimodal, ids] = [pick(all.multimodal), pick(all.ids)];
    const h = fuse(multimodal, ids); // the batch's different users and items
    const { counted, pick: positive } = itemsWithContent(items, unified.missing);
    const hasContent = counted.rows.length > 0;
    const terms = {
      bpr: mean<Scalar>(bprLossOfGaps(tripletGaps(h.users, h.items, triplets))),
      categoryAlignment: weighted(categoryWeight, () =>
        addN([
          categoryAlignment([multimodal.users, ids.users], users, resolved),
          ...(hasContent
            ? [
                categoryAlignment(
                  [positive(multimodal.items), positive(ids.items)],
                  counted,
                  resolved,
                ),
              ]
            : []),
        ]),
      ),
      userItemAlignment: weighted(userItemWeight, () => userItemAlignment(h, triplets)),
      similarity: weighted(hasContent ? similarityWeight : 0, () =>
        similarityDistance([positive(multimodal.items), units as Tensor2D], counted, resolved),
      ),
      regularization: weighted(regWeight, () => squaredNorms(h, triplets)),
    };
    return Object.fromEntries(
      Object.entries(terms).flatMap(([name, term]) => (term ? [[name, term] as const] : [])),
    );
  }

  const parameters: Record<string, Variable> = { ...aggregator.parameters };
  for (const [name, parameter] of Object.entries(fuser.parameters ?? {})) {
    parameters[`fuser/${name}`] = parameter;
  }
  return {
    parameters,
    rowsOf: {
      users: 'users',
      items: 'items',
      ...(resolved.trainFeatures && { features: 'items' as const }),
    },
    sampling: 'triplets',
    losses: (batch) => tidy(() => losses(batch)),
    embed: () =>
      tidy(() => {
        const { multimodal, ids } = aggregator.aggregate();
        return fuse(multimodal, ids);
      }),
    dispose: () => {
      aggregator.dispose();
      disposeFuser(fuser);
      units?.dispose();
    },
  };
}

/** A batch's positive items that have features, and how to pick their rows. */
function itemsWithContent(
  { rows, counts }: CountedRows,
  missing: Uint8Array | undefined,
): { readonly counted: CountedRows; pick(x: Tensor2D): Tensor2D } {
  const positives = rows.subarray(0, counts.length);
  if (!missing?.includes(1)) {
    const pick = (x: Tensor2D): Tensor2D => slice(x, [0, 0], [counts.length, -1]);
    return { counted: { rows: positives, counts }, pick };
  }
  const places = Int32Array.from(positives.keys()).filter((at) => missing[positives[at]!] === 0);
  const counted = {
    rows: places.map((at) => positives[at]!),
    counts: Float32Array.from(places, (at) => counts[at]!),
  };
  return { counted, pick: (x) => gatherRows(x, places) };
}

/** InfoNCE of content against ids, averaged over the batch. */
function categoryAlignment(
  [anchors, positives]: readonly [Tensor2D, Tensor2D],
  { counts }: CountedRows,
  { temperature, variant }: Readonly<AlignRecOptions>,
): Scalar {
  if (variant === 'published') {
    return countedInfoNceLoss({ anchors, positives, counts }, { temperature });
  }
  return div<Scalar>(
    dot(infoNceLoss(anchors, positives, { temperature }), tensor1d(counts)),
    total(counts),
  );
}

/** 1 − cosine of each user and their item, averaged. */
function userItemAlignment({ users, items }: Embeddings, triplets: Batch): Scalar {
  const [u, i] = [gatherRows(users, triplets.users), gatherRows(items, triplets.positiveItems)];
  return sub<Scalar>(scalar(1), meanCosineOfRows(u, i));
}

/** Distance of the items' similarities by content from those of their features, over the batch size. */
function similarityDistance(
  [content, units]: readonly [Tensor2D, Tensor2D],
  { rows, counts }: CountedRows,
  { variant }: Readonly<AlignRecOptions>,
): Scalar {
  // A pair of rows that occur m and n times counts m · n times.
  const roots = tensor2d(counts.map(Math.sqrt), [counts.length, 1]);
  const own = variant === 'paper' ? l2NormalizeRows(content) : content;
  const features = mul<Tensor2D>(gatherRows(units, rows), roots);
  return div<Scalar>(gramDistance(mul(own, roots), features), total(counts));
}

/** Half the squared norms of the batch's fused rows, over the batch size. */
function squaredNorms({ users, items }: Embeddings, triplets: Batch): Scalar {
  const norms = [
    l2NormOfRows(users, triplets.users),
    l2NormOfRows(items, triplets.positiveItems),
    l2NormOfRows(items, triplets.negativeItems),
  ];
  return squaredNormRegularizer(norms, triplets.users.length);
}

const total = (counts: Float32Array) => counts.reduce((sum, count) => sum + count, 0);
