/** The topologies by name. */
import { dr } from './dr.js';
import { fullnat } from './fullnat.js';
import { nat } from './nat.js';
import { pair } from './pair.js';
import type { Topology } from './topology.js';
import { twin } from './twin.js';

export type TopologyName = 'nat' | 'dr' | 'pair' | 'twin' | 'fullnat';

export const topologies: Readonly<Record<TopologyName, Topology>> = {
  nat,
  dr,
  pair,
  twin,
  fullnat,
};
