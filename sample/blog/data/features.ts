import * as data from 'web-features';

/** When a browser began to support a feature. */
export interface Shipping {
  readonly browser: string;
  readonly version: string;
  readonly date: Date;
}

export type Baseline =
  | { readonly kind: 'widely'; readonly since: Date; readonly widelySince: Date }
  | { readonly kind: 'newly'; readonly since: Date }
  | { readonly kind: 'limited'; readonly missingIn: readonly string[] };

/** A feature of the web platform, as the package `web-features` describes it. */
export interface Feature {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly specification: string;
  /** The entries in the compatibility tables that make up the feature. */
  readonly parts: readonly string[];
  readonly topics: readonly { readonly slug: string; readonly name: string }[];
  /** In the order of time; empty while no browser supports the feature. */
  readonly shipped: readonly Shipping[];
  readonly baseline: Baseline;
  /** Why new work should not use it. */
  readonly discouraged: string | undefined;
}

type BrowserId = 'chrome' | 'chrome_android' | 'edge' | 'firefox' | 'firefox_android' | 'safari' | 'safari_ios';

/** A record of the package. Its own types cannot be resolved from an ES module, so what is used of them stands here. */
interface FeatureRecord {
  readonly kind: 'feature' | 'moved' | 'split';
  readonly name: string;
  readonly description: string;
  readonly spec: readonly string[];
  readonly group?: readonly string[];
  readonly compat_features?: readonly string[];
  readonly discouraged?: { readonly reason: string };
  readonly status: {
    readonly baseline: 'high' | 'low' | false;
    readonly baseline_low_date?: string;
    readonly baseline_high_date?: string;
    readonly support: { readonly [B in BrowserId]?: string };
  };
}

interface BrowserRecord {
  readonly name: string;
  readonly releases: readonly { readonly version: string; readonly date: string }[];
}

const features = data.features as Record<string, FeatureRecord>;
const groups = data.groups as Record<string, { readonly name: string }>;
const browsers = data.browsers as Record<BrowserId, BrowserRecord>;

const BROWSERS = Object.keys(browsers) as BrowserId[];
/** The stories tell of the desktop browsers; the others nearly always follow them. */
const TOLD = ['chrome', 'edge', 'firefox', 'safari'] as const satisfies BrowserId[];

/** Every feature that the package describes. */
export function readFeatures(): Feature[] {
  return Object.entries(features)
    .filter(([, record]) => record.kind === 'feature')
    .map(([id, record]) => toFeature(id, record));
}

function toFeature(id: string, record: FeatureRecord): Feature {
  return {
    id,
    name: record.name,
    description: record.description,
    specification: record.spec[0] ?? '',
    parts: record.compat_features ?? [],
    topics: (record.group ?? []).map((slug) => ({ slug, name: groups[slug]?.name ?? slug })),
    shipped: shippingOf(record.status),
    baseline: baselineOf(record.status),
    discouraged: record.discouraged?.reason,
  };
}

function shippingOf({ support }: FeatureRecord['status']): Shipping[] {
  return TOLD.flatMap((id) => {
    const version = support[id]?.replace('≤', '');
    const release = browsers[id].releases.find((one) => one.version === version);
    return release ? [{ browser: browsers[id].name, version: release.version, date: dateOf(release.date) }] : [];
  }).sort((a, b) => a.date.getTime() - b.date.getTime());
}

function baselineOf(status: FeatureRecord['status']): Baseline {
  const { baseline, baseline_low_date: low, baseline_high_date: high } = status;
  if (baseline === 'high' && low && high) return { kind: 'widely', since: dateOf(low), widelySince: dateOf(high) };
  if (baseline === 'low' && low) return { kind: 'newly', since: dateOf(low) };
  return { kind: 'limited', missingIn: BROWSERS.filter((id) => !status.support[id]).map((id) => browsers[id].name) };
}

/** The package writes `≤2018-10-02` where only an upper bound is known. */
function dateOf(text: string): Date {
  return new Date(text.replace('≤', ''));
}
