/** How a real server's machine is, and who answers ARP for virtual addresses on its segments. */
import { messageOf } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import {
  type ArpAnswer,
  arpAnswers,
  arpQuestions,
  type Found,
  judge,
  type SideStatus,
} from '../../kernel/real-server/judge.js';
import type { RealServerUse } from '../../kernel/real-server/model.js';
import { openLinks } from '../../netlink/links.js';
import { ArpProber } from '../../packet-io/arp-probe.js';
import { interfaceSettings, readGuePorts } from './kernel.js';

export interface Look extends SideStatus {
  readonly arp: {
    /** Interfaces on which all were asked. */
    readonly asked: readonly string[];
    readonly answers: readonly ArpAnswer[];
    /** Why nobody could be asked on an interface, in words. */
    readonly failed: readonly string[];
  };
}

/**
 * Reads the kernel and asks the neighbours, all interfaces at one time: 0.3 s.
 *
 * @throws {NetlinkError}
 */
export async function look(uses: readonly RealServerUse[]): Promise<Look> {
  const found = await read();
  return { ...judge(uses, found), arp: await ask(uses, found) };
}

async function read(): Promise<Found> {
  const kernel = openLinks();
  try {
    return {
      links: await kernel.links(),
      addresses: await kernel.addresses(),
      settings: (key) => interfaceSettings.read(key),
      guePorts: await readGuePorts(),
    };
  } finally {
    kernel.close();
  }
}

async function ask(uses: readonly RealServerUse[], found: Found): Promise<Look['arp']> {
  const prober = new ArpProber();
  const own = new Set(found.links.map(({ mac }) => mac));
  const failed: string[] = [];
  const answers: ArpAnswer[] = [];
  const questions = arpQuestions(uses, found);
  try {
    await Promise.all(
      questions.map(async (question) => {
        let holders: ReadonlyMap<Ip, readonly Mac[]>;
        try {
          holders = await prober.whoHold(question.link, question.addresses, own);
        } catch (error) {
          failed.push(`cannot ask on ${question.link.name}: ${messageOf(error)}`);
          return;
        }
        answers.push(...arpAnswers(uses, question, holders));
      }),
    );
  } finally {
    prober.close();
  }
  return { asked: questions.map(({ link }) => link.name), answers, failed };
}
