/** The token of the options that `forRoot` was given, checked. */
export const CACHE_OPTIONS = Symbol.for('nestash:options');

/** The token of everything that one `forRoot` makes. */
export const CACHE_INSTANCES = Symbol.for('nestash:instances');
