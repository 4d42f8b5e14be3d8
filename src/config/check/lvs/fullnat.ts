/** What cannot be had of FULLNAT. */
import { labelOf } from '../../build/lvs/settle.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config } from '../../model/index.js';

/** With `ops` IPVS forgets a packet at once: no answer is known by the connection that it belongs to. */
export function checkFullnat(config: Pick<Config, 'virtualServers'>, sink: Sink): void {
  for (const server of config.virtualServers) {
    if (!server.flags.ops || sink.isUnsure(server.at)) continue;
    const { realServers, sorryServer } = server;
    const all = [...realServers, ...(sorryServer ? [sorryServer] : [])];
    const translated = all.find(({ method }) => method === 'FULLNAT');
    if (!translated) continue;
    sink.report('CONFIG_INVALID_VALUE', translated.at, {
      message: `virtual_server ${labelOf(server)}: with 'ops' answers of ${translated.address} cannot be passed on, which FULLNAT needs`,
      expected: "FULLNAT without 'ops', or 'lvs_method DR' or 'TUN'",
    });
  }
}
