/** Points in pixels. */
export interface Points {
  readonly count: number;
  placeOf(point: number): Place;
}

type Place = readonly [x: number, y: number];

/** The nearest point, not farther than `reach` pixels. */
export function pointAt(
  { count, placeOf }: Points,
  [x, y]: Place,
  reach = Infinity,
): number | undefined {
  let nearest: number | undefined;
  let least = reach ** 2;
  for (let point = 0; point < count; point++) {
    const [px, py] = placeOf(point);
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance <= least) [nearest, least] = [point, distance];
  }
  return nearest;
}

/** The point to go to from another: rather in a direction than beside it, and near. */
export function pointTowards(
  { count, placeOf }: Points,
  from: number,
  [dx, dy]: Place,
): number | undefined {
  const [x, y] = placeOf(from);
  let best: number | undefined;
  let least = Infinity;
  for (let point = 0; point < count; point++) {
    const [px, py] = placeOf(point);
    const along = (px - x) * dx + (py - y) * dy;
    const across = Math.abs((px - x) * dy - (py - y) * dx);
    if (point === from || along <= 0 || across > along) continue;
    const cost = along + 2 * across;
    if (cost < least) [best, least] = [point, cost];
  }
  return best;
}
