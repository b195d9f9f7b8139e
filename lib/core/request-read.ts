/** What code took from a request that tells one client from another. */
export interface RequestRead {
  readonly part: 'user' | 'session' | 'headers' | 'cookies' | 'host';
  /** The property of a user, `user` or `auth`; the header in lower case; the cookie. Undefined for all of the part. */
  readonly name?: string | undefined;
}

/** What a cached method says about reads of the request that happen while it loads. */
export interface ReadRule {
  /** The method. */
  readonly where: string;
  /** Its template, or what stands for it. */
  readonly key: string;
  /** `named`: the key holds it. `meant`: the result does not depend on it, whatever is around. */
  judge(read: RequestRead): 'named' | 'meant' | 'undeclared';
}
