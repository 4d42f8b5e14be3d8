/** The engine that a simulation plays: tandem's, or one with a mistake in it (see `mutants.ts`). */
import { hasLeft } from '../../src/vrrp/departure.js';
import { desiredKernel } from '../../src/vrrp/desired.js';
import { createEngine, step } from '../../src/vrrp/engine.js';

export interface Core {
  readonly createEngine: typeof createEngine;
  readonly step: typeof step;
  readonly desiredKernel: typeof desiredKernel;
  readonly hasLeft: typeof hasLeft;
}

export const TANDEM: Core = { createEngine, step, desiredKernel, hasLeft };
