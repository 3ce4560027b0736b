/** Two-sided tail probability of Student's t with so many degrees of freedom. */
export function studentTwoSided(statistic: number, degreesOfFreedom: number): number {
  const squared = statistic * statistic;
  if (squared === Infinity) return 0;
  const inside = degreesOfFreedom / (degreesOfFreedom + squared);
  return incompleteBeta(inside, degreesOfFreedom / 2, 0.5);
}

/** Two-sided tail probability of the standard normal distribution. */
export function normalTwoSided(z: number): number {
  const x = Math.abs(z);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    // Φ(x) − ½ = φ(x) Σ x^(2n+1) / (2n+1)!!
    let term = x;
    let sum = x;
    for (let n = 3; term > sum * 1e-17; n += 2) sum += term *= (x * x) / n;
    return 1 - 2 * density * sum;
  }
  // Mills' ratio as a continued fraction: 1 / (x + 1 / (x + 2 / (x + …))).
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / tail;
  return (2 * density) / tail;
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The continued fraction converges fast below the mean; above it the complement is taken.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a) * betaFraction(x, a, b);
}

/** 1 / (1 + d₁ / (1 + d₂ / (1 + …))), the fraction of DLMF 8.17.22, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const coefficient = (n: number) => {
    const m = n >> 1;
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  };
  const tiny = 1e-300;
  let result = 1;
  let c = 1;
  let d = 0;
  for (let n = 1; n < 10_000; n++) {
    const value = coefficient(n);
    d = 1 / (1 + value * d || tiny);
    c = 1 + value / c || tiny;
    result *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return 1 / result;
}

/** Logarithm of the gamma function for x > 0: recurrence up to 10, then Stirling's series. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = 1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series / at - shift;
}
