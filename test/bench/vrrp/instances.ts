/** Directors with hundreds of instances: their configuration, and what they hold. */
import type { Director } from '../../lab/director.js';

/** How long all of them may take to be where they belong, ms. */
export const START_LIMIT = 120_000;

/** Virtual addresses that a director has now. */
export function owned(director: Director): number {
  return director
    .addresses()
    .filter((address) => address.startsWith('10.') && !address.startsWith('10.255.')).length;
}

/** The virtual address of an instance. */
export function virtualAddress(network: number, vrid: number): string {
  return `10.${network + 1}.0.${vrid}`;
}

/** `count` instances with VRIDs from 1 on each of the interfaces. */
export function configOf(priority: number, interfaces: readonly string[], count: number): string {
  const blocks: string[] = [];
  for (const [i, name] of interfaces.entries()) {
    for (let vrid = 1; vrid <= count; vrid++) {
      blocks.push(
        [
          `vrrp_instance VI_${i}_${vrid} {`,
          `    interface ${name}`,
          `    virtual_router_id ${vrid}`,
          `    priority ${priority}`,
          '    advert_int 1',
          '    virtual_ipaddress {',
          `        ${virtualAddress(i, vrid)}/32`,
          '    }',
          '}',
        ].join('\n'),
      );
    }
  }
  return `${blocks.join('\n')}\n`;
}
