import type { ApplicationConfig, ExternalContextCreator } from '@nestjs/core';

/** Nest hands out its configuration, which knows the global guards, pipes and interceptors, only inside of what it injects. */
export function configOf(externals: ExternalContextCreator): ApplicationConfig | undefined {
  return (externals as unknown as { container?: { applicationConfig?: ApplicationConfig } }).container
    ?.applicationConfig;
}
