import type { ReadRule } from '../core/request-read.js';
import type { Decision, LoadRequest } from '../engine/request.js';
import type { CallPlan, MethodCall } from './call-plan.js';
import type { CachedOperation } from './operation.js';
import { readRuleOf } from './read-rule.js';
import type { Exchange } from './request-context.js';

/** What a load of a method needs of whoever runs it. */
export interface MethodSettling {
  /** What a method returned, once it is there. */
  settle(operation: CachedOperation, returned: unknown): unknown;
  /** What becomes of a value. */
  decide(operation: CachedOperation, call: MethodCall, result: CallPlan & { readonly value: unknown }): Decision;
}

/** What the engine is asked to do for one call of a method. Most calls are hits, for which it is asked nothing else. */
export class MethodLoad implements LoadRequest {
  private judge: ReturnType<Exchange['watchResponse']> | undefined;

  constructor(
    private readonly operation: CachedOperation,
    private readonly plan: CallPlan,
    private readonly call: MethodCall,
    private readonly settling: MethodSettling,
  ) {}

  get shape(): LoadRequest['shape'] {
    return this.operation.shape;
  }

  get version(): string {
    return this.operation.version;
  }

  get address(): LoadRequest['address'] {
    return this.plan.address;
  }

  get contextual(): LoadRequest['contextual'] {
    return this.plan.contextual;
  }

  get isSent(): boolean {
    return this.call.isSent;
  }

  get debug(): boolean {
    return this.operation.debug;
  }

  get hasLateTags(): boolean {
    return this.operation.tags.after.length > 0;
  }

  get lifetime(): number {
    return this.plan.lifetime.ttl;
  }

  get stale(): LoadRequest['stale'] {
    return this.operation.stale;
  }

  get settle(): LoadRequest['settle'] {
    return this.operation.settle;
  }

  get readRule(): ReadRule {
    return readRuleOf(this.operation, this.plan.contextual);
  }

  async answered(): Promise<void> {
    if (this.operation.isHandler) await this.call.request?.exchange?.answered();
  }

  load(): unknown {
    const { operation, call } = this;
    if (operation.isHandler) this.judge = call.request?.exchange?.watchResponse();
    return this.settling.settle(operation, call.proceed());
  }

  async watched<T>(work: () => Promise<T>): Promise<T> {
    const stopWatching = this.call.request?.watchReads();
    try {
      return await work();
    } finally {
      stopWatching?.();
    }
  }

  decide(value: unknown): Decision {
    const { operation, plan, call } = this;
    const verdict = this.judge?.(operation.key.isShared(plan.path));
    if (verdict?.refusal !== undefined) return { kind: 'refuse' };
    // Handlers that another one calls share its response: whose field it is, nobody can tell.
    if (verdict?.headers && !call.isRouted) return { kind: 'refuse' };
    const decision = this.settling.decide(operation, call, { ...plan, value });
    return verdict && decision.kind === 'store' ? { ...decision, headers: verdict.headers } : decision;
  }
}
